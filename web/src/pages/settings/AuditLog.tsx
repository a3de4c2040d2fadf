import Box from "@mui/material/Box";
import TablePagination from "@mui/material/TablePagination";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { client, paged, type Schemas } from "@/api/client";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { SimpleTable } from "@/components/SimpleTable";
import { Moment } from "@/format/Moment";
import { NONE } from "@/format/number";
import { plain } from "@/format/parameters";
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
                        <SimpleTable
                            label="Audit log"
                            stacks
                            rows={items}
                            keyOf={(deed) => String(deed.id)}
                            columns={[
                                { name: "When", show: (deed) => <Moment at={deed.at} /> },
                                { name: "Who", show: (deed) => deed.who },
                                { name: "Did", show: (deed) => plain(deed.action) },
                                { name: "To what", show: (deed) => <Target deed={deed} /> },
                                { name: "From", show: (deed) => deed.client },
                            ]}
                        />
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

function Target({ deed }: { deed: Schemas["DeedOut"] }) {
    return (
        <Box sx={{ overflowWrap: "anywhere" }}>
            {deed.target || NONE}
            <Typography variant="body2" color="textSecondary">
                {detailOf(deed.detail)}
            </Typography>
        </Box>
    );
}

function detailOf(detail: Record<string, unknown>): string {
    return Object.entries(detail)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => `${plain(name)}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
        .join(", ");
}
