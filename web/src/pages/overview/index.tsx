import Box from "@mui/material/Box";

import { PageHeader } from "@/components/PageHeader";
import { Alerts } from "@/pages/overview/Alerts";
import { Best } from "@/pages/overview/Best";
import { Ledger } from "@/pages/overview/Ledger";
import { MachinePanel } from "@/pages/overview/MachinePanel";
import { Now } from "@/pages/overview/Now";

/** What the laboratory does, found and used. */
export default function Overview() {
    return (
        <>
            <PageHeader title="Overview" />
            <Alerts />
            <Box
                sx={{
                    display: "grid",
                    gap: 2,
                    gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 2fr) minmax(0, 1fr)" },
                }}
            >
                <Box sx={{ display: "grid", gap: 2, alignContent: "start", minWidth: 0 }}>
                    <Now />
                    <Best />
                </Box>
                <Box sx={{ minWidth: 0 }}>
                    <MachinePanel />
                </Box>
                <Box sx={{ minWidth: 0, gridColumn: "1 / -1" }}>
                    <Ledger />
                </Box>
            </Box>
        </>
    );
}
