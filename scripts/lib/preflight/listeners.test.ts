import { expect, it } from "vitest";
import { parseListeners } from "./listeners.ts";

it("reads what programs listen on, and nothing else", () => {
  const text = `  sl  local_address rem_address   st tx_queue
   0: 0100007F:094B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0100FE0A:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   2: 0100007F:094B 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 1
   3: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000
`;
  expect(parseListeners(text)).toEqual([
    { address: "127.0.0.1", port: 2379 },
    { address: "10.254.0.1", port: 6443 },
    { address: "::", port: 80 },
  ]);
});
