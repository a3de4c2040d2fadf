import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";

import { client, held } from "@/api/client";
import { PREFIX } from "@/api/prefix";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";

/** Versions that numbers depend on, and where programs find the interface. */
export function About() {
    const query = useQuery({
        queryKey: ["versions"],
        queryFn: () => held(client.GET("/system/versions")),
        staleTime: Infinity,
    });
    return (
        <Stack spacing={2}>
            <Panel
                title="Versions"
                about="The numbers of an alpha depend on these; its record names those it was made with."
            >
                <Loaded query={query} title="The versions cannot be shown">
                    {(versions) => (
                        <Table size="small" sx={{ maxWidth: 420 }}>
                            <TableBody>
                                {Object.entries(versions).map(([name, version]) => (
                                    <TableRow key={name}>
                                        <TableCell component="th" scope="row">
                                            {name}
                                        </TableCell>
                                        <TableCell align="right">{version}</TableCell>
                                    </TableRow>
                                ))}
                            </TableBody>
                        </Table>
                    )}
                </Loaded>
            </Panel>
            <Panel title="For programs">
                <Typography>
                    Everything on these pages comes from the HTTP interface. Its description:{" "}
                    <Link href={`${PREFIX}/openapi.json`} underline="always">
                        openapi.json
                    </Link>
                    . Make a key under “Keys” to use it.
                </Typography>
            </Panel>
        </Stack>
    );
}
