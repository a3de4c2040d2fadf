import Box from "@mui/material/Box";
import type { ReactNode } from "react";

/** Names and values in two columns. */
export function Facts({ rows, right = false }: { rows: readonly (readonly [string, ReactNode])[]; right?: boolean }) {
    return (
        <Box
            component="dl"
            sx={{
                m: 0,
                display: "grid",
                gridTemplateColumns: { xs: `fit-content(${right ? 58 : 40}%) 1fr`, sm: "fit-content(58%) 1fr" },
                columnGap: 2,
                rowGap: 0.5,
            }}
        >
            {rows.map(([name, value]) => [
                <Box key={`${name} name`} component="dt" sx={{ color: "text.secondary" }}>
                    {name}
                </Box>,
                <Box
                    key={`${name} value`}
                    component="dd"
                    sx={{ m: 0, textAlign: right ? "right" : "left", overflowWrap: "anywhere", minWidth: 0 }}
                >
                    {value}
                </Box>,
            ])}
        </Box>
    );
}
