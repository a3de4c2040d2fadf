/** The shortest password that the server takes. */
export const SHORTEST = 12;

/** The token of a link such as http://host/setup#token=abc, of its fragment, or by itself. */
export function tokenOf(text: string): string {
    const found = /[#&]token=([^&\s]+)/.exec(text);
    if (found) return found[1] ?? "";
    return text.startsWith("#") ? "" : text.trim();
}

/** What is wrong with a password, in words; null if the server would take it. */
export function weakness(name: string, password: string): string | null {
    if (password.length < SHORTEST) return `${SHORTEST - password.length} more characters are needed.`;
    if (password.toLowerCase() === name.trim().toLowerCase() || new Set(password).size < 4)
        return "This is too easy to guess; take several words.";
    return null;
}
