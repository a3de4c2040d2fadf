import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Button from "@mui/material/Button";

import { ApiError, inWords, sentence } from "@/api/problem";

interface ErrorNoticeProps {
    error: unknown;
    /** What could not be done, e.g. "The runs cannot be shown". */
    title?: string;
    onRetry?: () => void;
    /** Changes words of the server to those of the page. */
    say?: (told: string) => string;
}

/** An error in plain words; wrong fields of a request one by one. */
export function ErrorNotice({ error, title, onRetry, say = (told) => told }: ErrorNoticeProps) {
    const fields = error instanceof ApiError ? error.fields : [];
    const again = onRetry && (
        <Button color="inherit" size="small" onClick={onRetry} sx={{ whiteSpace: "nowrap" }}>
            Try again
        </Button>
    );
    return (
        <Alert severity="error" variant="outlined" action={again ?? undefined} sx={{ overflowWrap: "anywhere" }}>
            {title !== undefined && <AlertTitle>{title}</AlertTitle>}
            {fields.length === 0 && say(inWords(error))}
            {fields.map((field) => (
                <div key={field.where + field.message}>
                    {field.where.replace(/^body\./, "").replaceAll(".", " › ")}: {sentence(say(field.message))}
                </div>
            ))}
        </Alert>
    );
}
