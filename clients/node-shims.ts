import "fake-indexeddb/auto";

/** What the addon expects of a browser and Node lacks. */
Object.assign(globalThis, { self: globalThis });
const target = new EventTarget();
for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"] as const) {
  Object.assign(globalThis, { [name]: target[name].bind(target) });
}
Object.defineProperty(globalThis.navigator, "onLine", { value: true, configurable: true });
