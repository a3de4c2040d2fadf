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
        <Stack direction="row" spacing={1} sx={{ pt: 1 }}>
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
                value={descending ? "down" : "up"}
                onChange={(event) => onSort(sort, event.target.value === "down")}
                sx={{ minWidth: 150 }}
            >
                <MenuItem value="down">highest first</MenuItem>
                <MenuItem value="up">lowest first</MenuItem>
            </TextField>
        </Stack>
    );
}
