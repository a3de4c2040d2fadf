import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TablePagination from "@mui/material/TablePagination";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { client, paged } from "@/api/client";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { Moment } from "@/format/Moment";
import { useUrlState } from "@/hooks/useUrlState";

const VIEW = { page: 0, rows: 25 };

/** Who did what. */
export function AuditLog() {
    const [{ page, rows }, change] = useUrlState(VIEW);
    const query = useQuery({
        queryKey: ["audit", page, rows],
        queryFn: () => paged(client.GET("/audit", { params: { query: { limit: rows, offset: page * rows } } })),
        placeholderData: keepPreviousData,
    });
    return (
        <Panel title="Audit log" about="Everything that changed something, and every login; the newest first.">
            <Loaded query={query} title="The log cannot be shown">
                {({ items, total }) => (
                    <>
                        <TableContainer tabIndex={0} role="region" aria-label="Audit log">
                            <Table size="small">
                                <TableHead>
                                    <TableRow>
                                        {["When", "Who", "Did", "To what", "From"].map((head) => (
                                            <TableCell key={head}>{head}</TableCell>
                                        ))}
                                    </TableRow>
                                </TableHead>
                                <TableBody>
                                    {items.map((deed) => (
                                        <TableRow key={deed.id}>
                                            <TableCell>
                                                <Moment at={deed.at} />
                                            </TableCell>
                                            <TableCell>{deed.who}</TableCell>
                                            <TableCell>{deed.action.replaceAll("_", " ")}</TableCell>
                                            <TableCell sx={{ overflowWrap: "anywhere", minWidth: 160 }}>
                                                {deed.target}
                                                <Typography variant="body2" color="textSecondary">
                                                    {detailOf(deed.detail)}
                                                </Typography>
                                            </TableCell>
                                            <TableCell>{deed.client}</TableCell>
                                        </TableRow>
                                    ))}
                                </TableBody>
                            </Table>
                        </TableContainer>
                        <TablePagination
                            component="div"
                            count={total}
                            page={page}
                            rowsPerPage={rows}
                            rowsPerPageOptions={[25, 50, 100]}
                            onPageChange={(_, next) => change({ page: next })}
                            onRowsPerPageChange={(event) => change({ rows: Number(event.target.value), page: 0 })}
                        />
                    </>
                )}
            </Loaded>
        </Panel>
    );
}

function detailOf(detail: Record<string, unknown>): string {
    return Object.entries(detail)
        .filter(([, value]) => value !== null)
        .map(
            ([name, value]) =>
                `${name.replaceAll("_", " ")}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
        )
        .join(", ");
}
