import Box from "@mui/material/Box";
import type { ReactNode } from "react";

interface StatTilesProps {
    children: ReactNode;
    /** Width in px below which a tile goes to the next line. */
    least?: number;
}

/** Tiles side by side, as many as fit; two on a phone. */
export function StatTiles({ children, least = 150 }: StatTilesProps) {
    const wide = `repeat(auto-fit, minmax(${least}px, 1fr))`;
    return (
        <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: { xs: "repeat(2, minmax(0, 1fr))", sm: wide } }}>
            {children}
        </Box>
    );
}
