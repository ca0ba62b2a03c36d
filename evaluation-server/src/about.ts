/** Said in the log, by /health and in the README: nobody should take this for the product it stands in for. */
export const about =
  "Evaluation server for the Dexie Cloud client protocol. It is not the vendor's Dexie Cloud Server and does not claim to behave identically.";
