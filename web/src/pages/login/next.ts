/** Where to go after a login: only to pages of this server, never to an address that somebody put into a link. */
export function insideOnly(next: string | null): string {
    return next !== null && /^\/(?![/\\])/.test(next) ? next : "/";
}
