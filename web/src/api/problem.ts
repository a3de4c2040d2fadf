import type { components } from "@/api/schema";

export type Problem = components["schemas"]["Problem"];

/** An answer of the server that says what went wrong, or the absence of one. */
export class ApiError extends Error {
    readonly status: number;
    readonly title: string;
    readonly fields: readonly { where: string; message: string }[];

    constructor(status: number, title: string, detail: string, fields: readonly { where: string; message: string }[]) {
        super(detail);
        this.name = "ApiError";
        this.status = status;
        this.title = title;
        this.fields = fields;
    }
}

function isProblem(body: unknown): body is Problem {
    return typeof body === "object" && body !== null && "detail" in body && typeof body.detail === "string";
}

/** The error of an answer: its problem in plain words (RFC 9457), or what its status means. */
export function errorOf(status: number, body: unknown): ApiError {
    if (isProblem(body)) return new ApiError(status, body.title, body.detail, body.errors ?? []);
    return new ApiError(status, "unexpected answer", `the server answered ${status}; its log tells more`, []);
}

/** Any error in words that a person can act upon. */
export function inWords(error: unknown): string {
    if (error instanceof ApiError) return sentence(error.message);
    if (error instanceof TypeError && /fetch|network|load/i.test(error.message))
        return "The server does not answer. Is it running? This page asks again by itself.";
    return error instanceof Error ? sentence(error.message) : "Something unexpected happened.";
}

/** With a capital letter and a full stop. */
export function sentence(text: string): string {
    const begun = text.charAt(0).toUpperCase() + text.slice(1);
    return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
