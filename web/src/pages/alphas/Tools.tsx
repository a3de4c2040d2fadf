import ColumnsIcon from "@mui/icons-material/ViewColumnOutlined";
import DownloadIcon from "@mui/icons-material/FileDownloadOutlined";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import ListItemText from "@mui/material/ListItemText";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { useState } from "react";
import { Link } from "react-router";

import { chosenColumns, COLUMNS } from "@/pages/alphas/columns";
import { exportUrl, type Search } from "@/pages/alphas/search";

/** Which columns are shown. */
export function ColumnMenu({ keys, onChange }: { keys: string[]; onChange: (keys: string[]) => void }) {
    const [anchor, setAnchor] = useState<HTMLElement | null>(null);
    const shown = chosenColumns(keys).map((column) => column.key);
    const toggle = (key: string) => {
        const next = COLUMNS.map((column) => column.key).filter((one) => shown.includes(one) !== (one === key));
        const usual = COLUMNS.filter((column) => column.usual).map((column) => column.key);
        onChange(JSON.stringify(next) === JSON.stringify(usual) ? [] : next);
    };
    return (
        <>
            <Button
                startIcon={<ColumnsIcon />}
                aria-haspopup="menu"
                onClick={(event) => setAnchor(event.currentTarget)}
            >
                Columns
            </Button>
            <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
                {COLUMNS.filter((column) => column.key !== "strategy_name").map((column) => (
                    <MenuItem
                        key={column.key}
                        dense
                        role="menuitemcheckbox"
                        aria-checked={shown.includes(column.key)}
                        onClick={() => toggle(column.key)}
                    >
                        <Checkbox size="small" checked={shown.includes(column.key)} tabIndex={-1} sx={{ py: 0 }} />
                        <ListItemText>{column.name}</ListItemText>
                    </MenuItem>
                ))}
            </Menu>
        </>
    );
}

/** A file of everything that matches. */
export function ExportMenu({ search, total }: { search: Search; total: number }) {
    const [anchor, setAnchor] = useState<HTMLElement | null>(null);
    return (
        <>
            <Button
                startIcon={<DownloadIcon />}
                aria-haspopup="menu"
                disabled={total === 0}
                onClick={(event) => setAnchor(event.currentTarget)}
            >
                Export
            </Button>
            <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
                {(["csv", "parquet"] as const).map((form) => (
                    <MenuItem
                        key={form}
                        component="a"
                        href={exportUrl(search, form)}
                        download
                        onClick={() => setAnchor(null)}
                    >
                        <ListItemText
                            primary={form === "csv" ? "CSV" : "Parquet"}
                            secondary={`everything that matches, in this order`}
                        />
                    </MenuItem>
                ))}
            </Menu>
        </>
    );
}

/** Puts the chosen ones side by side. */
export function CompareButton({ chosen, onClear }: { chosen: string[]; onClear: () => void }) {
    const params = new URLSearchParams(chosen.map((id) => ["id", id]));
    if (chosen.length === 0) return null;
    return (
        <>
            {chosen.length < 2 ? (
                <Button disabled>Choose one more to compare</Button>
            ) : (
                <Button variant="contained" component={Link} to={`/alphas/compare?${params.toString()}`}>
                    Compare {chosen.length}
                </Button>
            )}
            <Button onClick={onClear}>Clear the choice</Button>
        </>
    );
}
