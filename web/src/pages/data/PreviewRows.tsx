import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";

import { NumberCell } from "@/components/Cells";
import { utcTime } from "@/format/time";

const PRICES = ["open", "high", "low", "close", "volume"];

/** The first bars of a file. */
export function PreviewRows({ rows }: { rows: Record<string, unknown>[] }) {
    return (
        <div>
            <Typography variant="h3" sx={{ mb: 1 }}>
                The first {rows.length} bars
            </Typography>
            <TableContainer sx={{ maxHeight: 260 }} tabIndex={0} role="region" aria-label="The first bars">
                <Table size="small" stickyHeader>
                    <TableHead>
                        <TableRow>
                            <TableCell>time</TableCell>
                            {PRICES.map((name) => (
                                <TableCell key={name} align="right">
                                    {name}
                                </TableCell>
                            ))}
                        </TableRow>
                    </TableHead>
                    <TableBody>
                        {rows.map((row, number) => (
                            <TableRow key={number}>
                                <TableCell sx={{ whiteSpace: "nowrap" }}>{utcTime(String(row["time"]))}</TableCell>
                                {PRICES.map((name) => (
                                    <NumberCell key={name}>
                                        {Number(row[name]).toLocaleString("en-US", { maximumSignificantDigits: 10 })}
                                    </NumberCell>
                                ))}
                            </TableRow>
                        ))}
                    </TableBody>
                </Table>
            </TableContainer>
        </div>
    );
}
