import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Button from "@mui/material/Button";

import { ApiError, inWords, sentence } from "@/api/problem";

interface ErrorNoticeProps {
    error: unknown;
    /** What could not be done, e.g. "The runs cannot be shown". */
    title?: string;
    onRetry?: () => void;
}

/** An error in plain words; wrong fields of a request one by one. */
export function ErrorNotice({ error, title, onRetry }: ErrorNoticeProps) {
    const fields = error instanceof ApiError ? error.fields : [];
    const again = onRetry && (
        <Button color="inherit" size="small" onClick={onRetry}>
            Try again
        </Button>
    );
    return (
        <Alert severity="error" variant="outlined" action={again ?? undefined} sx={{ overflowWrap: "anywhere" }}>
            {title !== undefined && <AlertTitle>{title}</AlertTitle>}
            {fields.length === 0 && inWords(error)}
            {fields.map((field) => (
                <div key={field.where + field.message}>
                    {field.where.replace(/^body\./, "").replaceAll(".", " › ")}: {sentence(field.message)}
                </div>
            ))}
        </Alert>
    );
}
