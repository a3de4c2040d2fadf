import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";

import { sentence } from "@/api/problem";
import { NumberCell } from "@/components/Cells";
import { Moment } from "@/format/Moment";
import { percent, whole } from "@/format/number";
import { inTheForm } from "@/pages/data/fields";
import type { Finding, Quality } from "@/pages/data/queries";

const SHOWN = 100;
const COLOURS = { error: "error", warning: "warning", fixed: "success" } as const;

/** What a check of prices found, the worst first. */
export function Findings({ quality }: { quality: Quality | null }) {
    if (quality === null)
        return <Typography color="textSecondary">No report was kept when these prices were stored.</Typography>;
    const { findings } = quality;
    const missing = quality.expected > 0 ? quality.missing / quality.expected : 0;
    return (
        <Stack spacing={1}>
            <Typography color="textSecondary">
                {whole(quality.rows)} rows were read and {whole(quality.bars)} bars kept; {whole(quality.missing)} are
                missing ({percent(missing, 2)} of those expected).
            </Typography>
            {findings.length === 0 ? (
                <Typography>Nothing is wrong or strange about them.</Typography>
            ) : (
                <TableContainer sx={{ maxHeight: 320 }} tabIndex={0} role="region" aria-label="Findings">
                    <Table size="small" stickyHeader>
                        <TableHead>
                            <TableRow>
                                <TableCell>Kind</TableCell>
                                <TableCell>What was found, and what was done</TableCell>
                                <TableCell align="right">Bars</TableCell>
                                <TableCell>When</TableCell>
                            </TableRow>
                        </TableHead>
                        <TableBody>
                            {findings.slice(0, SHOWN).map((finding, number) => (
                                <Row key={number} finding={finding} />
                            ))}
                        </TableBody>
                    </Table>
                </TableContainer>
            )}
            {findings.length > SHOWN && (
                <Typography variant="body2" color="textSecondary">
                    The first {SHOWN} of {whole(findings.length)} findings.
                </Typography>
            )}
        </Stack>
    );
}

function Row({ finding }: { finding: Finding }) {
    return (
        <TableRow>
            <TableCell>
                <Chip
                    size="small"
                    variant="outlined"
                    color={COLOURS[finding.severity]}
                    label={finding.kind.replaceAll("_", " ")}
                />
            </TableCell>
            <TableCell sx={{ minWidth: 220 }}>
                {sentence(inTheForm(finding.text))} {sentence(inTheForm(finding.action))}
            </TableCell>
            <NumberCell>{whole(finding.count)}</NumberCell>
            <TableCell>
                <Moment at={finding.time} />
            </TableCell>
        </TableRow>
    );
}
