import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";

import { sentence } from "@/api/problem";
import { type SimpleColumn, SimpleTable } from "@/components/SimpleTable";
import { Moment } from "@/format/Moment";
import { percent, whole } from "@/format/number";
import { plain } from "@/format/parameters";
import { inTheForm } from "@/pages/data/fields";
import type { Finding, Quality } from "@/pages/data/queries";

const SHOWN = 100;
const COLOURS = { error: "error", warning: "warning", fixed: "success" } as const;

const COLUMNS: readonly SimpleColumn<Finding>[] = [
    {
        name: "Kind",
        show: (finding) => (
            <Chip size="small" variant="outlined" color={COLOURS[finding.severity]} label={plain(finding.kind)} />
        ),
    },
    {
        name: "What was found, and what was done",
        show: (finding) => `${sentence(inTheForm(finding.text))} ${sentence(inTheForm(finding.action))}`,
    },
    { name: "Bars", right: true, show: (finding) => whole(finding.count) },
    { name: "When", show: (finding) => <Moment at={finding.time} /> },
];

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
                <SimpleTable
                    label="Findings"
                    stacks
                    maxHeight={320}
                    rows={findings.slice(0, SHOWN)}
                    keyOf={(_, number) => String(number)}
                    columns={COLUMNS}
                />
            )}
            {findings.length > SHOWN && (
                <Typography variant="body2" color="textSecondary">
                    The first {SHOWN} of {whole(findings.length)} findings.
                </Typography>
            )}
        </Stack>
    );
}
