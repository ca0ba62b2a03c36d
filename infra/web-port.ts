/** The TCP port of a web address, the scheme's own when none is written. */
export function webPort(address: string): number {
  const { port, protocol } = new URL(address);
  if (port !== "") return Number(port);
  return protocol === "https:" ? 443 : 80;
}
