import Box from "@mui/material/Box";
import Checkbox from "@mui/material/Checkbox";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";

import { nameOf } from "@/format/parameters";
import type { TableProps } from "@/pages/alphas/AlphaTable";
import { NameOf } from "@/pages/alphas/columns";

/** The same as the table where it is too narrow for one: a card each. */
export function AlphaCards({ alphas, columns, chosen, onChoose }: Omit<TableProps, "sort" | "descending" | "onSort">) {
    const rest = columns.filter((column) => column.key !== "strategy_name");
    return (
        <Stack spacing={1.25} component="ul" sx={{ p: 0, m: 0, listStyle: "none" }}>
            {alphas.map((alpha) => (
                <Paper key={alpha.id} component="li" variant="outlined" sx={{ p: 1.25 }}>
                    <Stack direction="row" sx={{ alignItems: "flex-start" }}>
                        <Checkbox
                            size="small"
                            checked={chosen.includes(alpha.id)}
                            onChange={(event) => onChoose(alpha.id, event.target.checked)}
                            slotProps={{ input: { "aria-label": `choose ${nameOf(alpha)}` } }}
                            sx={{ ml: -1, mt: -0.75 }}
                        />
                        <NameOf alpha={alpha} />
                    </Stack>
                    <Box
                        component="dl"
                        sx={{
                            m: 0,
                            mt: 1,
                            display: "grid",
                            gridTemplateColumns: "auto 1fr",
                            columnGap: 2,
                            rowGap: 0.5,
                        }}
                    >
                        {rest.map((column) => [
                            <Box key="name" component="dt" sx={{ color: "text.secondary" }}>
                                {column.name}
                            </Box>,
                            <Box
                                key="value"
                                component="dd"
                                sx={{ m: 0, display: "flex", justifyContent: "flex-end", textAlign: "right" }}
                            >
                                {column.show(alpha)}
                            </Box>,
                        ])}
                    </Box>
                </Paper>
            ))}
        </Stack>
    );
}
