/** Where the interface lies on the server that sent this page. */
export const PREFIX = "/api/alpha-discovery" as const;
