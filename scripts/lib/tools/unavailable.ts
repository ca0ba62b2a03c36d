/** A way to get a tool does not work on this machine now; the next way may. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}
