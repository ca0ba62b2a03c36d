/** The host of a web address; one that is an IPv6 address without the brackets around it. */
export const webHost = (address: string): string => new URL(address).hostname.replace(/^\[|\]$/g, "");
