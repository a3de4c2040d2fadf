/** What options of the command are called in the form. */
const FIELDS: Readonly<Record<string, string>> = {
    "--symbol": "in the field Symbol",
    "--timeframe": "in the field Bar",
    "--venue": "in the field Venue",
    "--timezone": "in the field Time zone",
    "--exclude-bad": "by “Leave bars with errors out”",
};

/** What the server says of a file, for who reads it in the form and not at a terminal. */
export function inTheForm(told: string): string {
    return told
        .replace(/e\.g\. --[a-z-]+ /g, "e.g. ")
        .replace(/: see (--[a-z-]+)/g, " (alpha data import $1 leaves them out)")
        .replace(/(with|say) (--[a-z-]+)/g, (whole: string, how: string, option: string) => {
            const field = FIELDS[option];
            if (field === undefined) return `${whole} (alpha data import)`;
            return how === "say" ? `say so ${field}` : field;
        });
}
