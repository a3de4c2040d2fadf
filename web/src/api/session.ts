import { PREFIX } from "@/api/prefix";

const RENEWED = "alpha.renewed"; // when any tab last renewed the login, ms
const LOCK = "alpha-renew";

/** What a change must carry to show that it comes from a page of this server. */
export function csrfToken(): string {
    const found = document.cookie.split("; ").find((one) => one.startsWith("alpha_csrf="));
    return found ? decodeURIComponent(found.slice("alpha_csrf=".length)) : "";
}

/**
 * Renew the login after a refused request; true if it is good again. A refresh token is good once, so that of several
 * requests, and of several tabs, one renews and the others wait for it.
 */
export async function renew(refusedAt: number): Promise<boolean> {
    return exclusively(async () => {
        if (Number(localStorage.getItem(RENEWED) ?? 0) > refusedAt) return true;
        const answer = await fetch(`${PREFIX}/auth/refresh`, {
            method: "POST",
            headers: { "Content-Type": "application/json", "X-CSRF-Token": csrfToken() },
            body: "{}",
        });
        if (answer.ok) localStorage.setItem(RENEWED, String(Date.now()));
        return answer.ok;
    });
}

let turn: Promise<unknown> = Promise.resolve();

async function exclusively(work: () => Promise<boolean>): Promise<boolean> {
    if ("locks" in navigator) return navigator.locks.request(LOCK, work);
    const mine = turn.then(work, work); // over plain HTTP a browser has no locks: within this tab at least
    turn = mine.catch(() => undefined);
    return mine;
}

/** `fetch` with our CSRF token; a login that ran out is renewed once and the request sent again. */
export async function authorized(input: Request): Promise<Response> {
    const again = input.clone();
    const began = Date.now();
    const answer = await fetch(withToken(input));
    if (answer.status !== 401 || /\/auth\/(login|refresh|setup)$/.test(new URL(input.url).pathname)) return answer;
    return (await renew(began)) ? fetch(withToken(again)) : answer;
}

function withToken(request: Request): Request {
    if (request.method !== "GET" && request.method !== "HEAD") request.headers.set("X-CSRF-Token", csrfToken());
    return request;
}
