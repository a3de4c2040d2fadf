import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import TextField from "@mui/material/TextField";
import { type ReactNode, useId, useState } from "react";

import { ErrorNotice } from "@/components/ErrorNotice";

interface ConfirmDialogProps {
    open: boolean;
    title: string;
    /** What will happen, and whether it can be undone. */
    children: ReactNode;
    /** The verb of the button: Stop, Delete. */
    verb: string;
    dangerous?: boolean;
    busy?: boolean;
    error?: unknown;
    /** Has to be typed before the button works, for what cannot be undone. */
    typed?: string;
    onConfirm: () => void;
    onClose: () => void;
}

/** Asks before something that is not easily undone. */
export function ConfirmDialog(props: ConfirmDialogProps) {
    const id = useId();
    const [text, setText] = useState("");
    const close = () => {
        setText("");
        props.onClose();
    };
    return (
        <Dialog open={props.open} onClose={close} aria-labelledby={id} maxWidth="xs" fullWidth>
            <DialogTitle id={id}>{props.title}</DialogTitle>
            <DialogContent sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
                <div>{props.children}</div>
                {props.typed !== undefined && (
                    <TextField
                        label={`Type ${props.typed} to go on`}
                        value={text}
                        onChange={(event) => setText(event.target.value)}
                        autoComplete="off"
                        sx={{ mt: 1 }}
                    />
                )}
                {props.error != null && <ErrorNotice error={props.error} />}
            </DialogContent>
            <DialogActions sx={{ px: 3, pb: 2 }}>
                <Button onClick={close} autoFocus>
                    Cancel
                </Button>
                <Button
                    variant="contained"
                    color={props.dangerous ? "error" : "primary"}
                    disabled={(props.busy ?? false) || (props.typed !== undefined && text !== props.typed)}
                    onClick={props.onConfirm}
                >
                    {props.verb}
                </Button>
            </DialogActions>
        </Dialog>
    );
}
