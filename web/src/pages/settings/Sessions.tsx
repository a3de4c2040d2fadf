import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { client, held } from "@/api/client";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { Moment } from "@/format/Moment";

/** Where one is signed in. */
export function Sessions() {
    const cache = useQueryClient();
    const query = useQuery({
        queryKey: ["sessions"],
        queryFn: () => held(client.GET("/auth/sessions", { params: { query: { limit: 1000 } } })),
    });
    const end = useMutation({
        mutationFn: (session_id: string) =>
            held(client.DELETE("/auth/sessions/{session_id}", { params: { path: { session_id } } })),
        onSettled: () => cache.invalidateQueries({ queryKey: ["sessions"] }),
    });
    return (
        <Panel title="Where you are signed in" about="End a login that you do not know, and change the password.">
            {end.error && <ErrorNotice error={end.error} />}
            <Loaded query={query} title="The logins cannot be shown">
                {(sessions) => (
                    <TableContainer tabIndex={0} role="region" aria-label="Logins">
                        <Table size="small">
                            <TableHead>
                                <TableRow>
                                    <TableCell>Since</TableCell>
                                    <TableCell>Address</TableCell>
                                    <TableCell>Ends by itself</TableCell>
                                    <TableCell />
                                </TableRow>
                            </TableHead>
                            <TableBody>
                                {sessions.map((one) => (
                                    <TableRow key={one.id}>
                                        <TableCell>
                                            <Moment at={one.began_at} />
                                        </TableCell>
                                        <TableCell>{one.client}</TableCell>
                                        <TableCell>
                                            <Moment at={one.expires_at} />
                                        </TableCell>
                                        <TableCell align="right">
                                            {one.current ? (
                                                <Chip size="small" label="this one" />
                                            ) : (
                                                <Button
                                                    size="small"
                                                    onClick={() => end.mutate(one.id)}
                                                    disabled={end.isPending}
                                                >
                                                    End
                                                </Button>
                                            )}
                                        </TableCell>
                                    </TableRow>
                                ))}
                            </TableBody>
                        </Table>
                    </TableContainer>
                )}
            </Loaded>
        </Panel>
    );
}
