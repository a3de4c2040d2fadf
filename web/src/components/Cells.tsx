import type { SxProps, Theme } from "@mui/material/styles";
import TableCell, { type TableCellProps } from "@mui/material/TableCell";
import Tooltip from "@mui/material/Tooltip";
import Box from "@mui/material/Box";
import type { ReactNode } from "react";

/** For columns that narrow screens leave out: `sx={WIDE}`. */
export const WIDE = { display: { xs: "none", sm: "table-cell" } };

/** A cell with a number: right aligned, never broken. */
export function NumberCell({ sx, ...props }: TableCellProps) {
    const more = [{ whiteSpace: "nowrap" }, ...(Array.isArray(sx) ? (sx as object[]) : [sx])];
    return <TableCell align="right" {...props} sx={more as SxProps<Theme>} />;
}

/** A word whose meaning is told on hover and focus. */
export function Hinted({ text, hint }: { text: ReactNode; hint?: string | undefined }) {
    if (hint === undefined) return <>{text}</>;
    return (
        <Tooltip title={hint}>
            <Box component="span" tabIndex={0} sx={{ borderBottom: "1px dotted", borderColor: "text.secondary" }}>
                {text}
            </Box>
        </Tooltip>
    );
}

/** The head of a column, with what its numbers mean on hover and focus. */
export function HeadCell({ hint, children, ...props }: TableCellProps & { hint?: string }) {
    return (
        <TableCell {...props}>
            <Hinted text={children} hint={hint} />
        </TableCell>
    );
}
