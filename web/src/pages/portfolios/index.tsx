import Stack from "@mui/material/Stack";

import { PageHeader } from "@/components/PageHeader";
import { Choose } from "@/pages/portfolios/Choose";
import { Deployed } from "@/pages/portfolios/Deployed";

/** Alphas that are traded together: those that are, and a choice of those that could be. */
export default function Portfolios() {
    return (
        <>
            <PageHeader
                title="Portfolios"
                about="Alphas that are traded together under one name, on paper. Amounts are in the quote currency of their markets."
            />
            <Stack spacing={2}>
                <Deployed />
                <Choose />
            </Stack>
        </>
    );
}
