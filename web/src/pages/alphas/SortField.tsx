import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";

import type { Column } from "@/pages/alphas/columns";

interface SortFieldProps {
    columns: readonly Column[];
    sort: string;
    descending: boolean;
    onSort: (sort: string, descending: boolean) => void;
}

/** The order where there is no table head to click. */
export function SortField({ columns, sort, descending, onSort }: SortFieldProps) {
    return (
        <Stack direction="row" spacing={1}>
            <TextField
                select
                fullWidth
                label="Sorted by"
                value={sort}
                onChange={(event) => onSort(event.target.value, descending)}
            >
                {columns
                    .filter((column) => column.sort !== undefined)
                    .map((column) => (
                        <MenuItem key={column.key} value={column.sort ?? ""}>
                            {column.name}
                        </MenuItem>
                    ))}
            </TextField>
            <TextField
                select
                label="Order"
                value={descending ? "falling" : "rising"}
                onChange={(event) => onSort(sort, event.target.value === "falling")}
                sx={{ minWidth: 110 }}
            >
                <MenuItem value="falling">falling</MenuItem>
                <MenuItem value="rising">rising</MenuItem>
            </TextField>
        </Stack>
    );
}
