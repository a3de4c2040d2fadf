import Box from "@mui/material/Box";
import Skeleton from "@mui/material/Skeleton";
import Stack from "@mui/material/Stack";

/** In the place of a whole page until it is there. */
export function PageSkeleton() {
    return (
        <Box role="status" aria-label="loading" aria-busy>
            <Skeleton variant="text" width="14rem" height={40} />
            <Skeleton variant="text" width="60%" sx={{ mb: 3 }} />
            <Stack direction={{ xs: "column", md: "row" }} spacing={2}>
                <Skeleton variant="rounded" height={220} sx={{ flex: 2 }} />
                <Skeleton variant="rounded" height={220} sx={{ flex: 1 }} />
            </Stack>
        </Box>
    );
}

/** In the place of a table or a list. */
export function RowsSkeleton({ rows = 5 }: { rows?: number }) {
    return (
        <Box role="status" aria-label="loading" aria-busy>
            {Array.from({ length: rows }, (_, row) => (
                <Skeleton key={row} variant="text" height={34} />
            ))}
        </Box>
    );
}

/** In the place of a chart. */
export function ChartSkeleton({ height = 300 }: { height?: number }) {
    return <Skeleton variant="rounded" height={height} role="status" aria-label="loading the chart" />;
}
