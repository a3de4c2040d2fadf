import Link from "@mui/material/Link";
import { useQuery } from "@tanstack/react-query";
import { Link as RouterLink } from "react-router";

import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { SimpleTable } from "@/components/SimpleTable";
import { money, percent, whole } from "@/format/number";
import { type Portfolio, portfoliosQuery } from "@/pages/portfolios/queries";

/** Every portfolio that was deployed, as one line. */
export function Deployed() {
    const query = useQuery(portfoliosQuery);
    return (
        <Panel
            title="Deployed"
            about="Each is a set of bots that share a capital and are brought back to their weights."
        >
            <Loaded query={query} title="The portfolios cannot be shown">
                {(portfolios) =>
                    portfolios.length === 0 ? (
                        <EmptyState title="No portfolio is deployed">
                            Choose alphas below, look at what each would add, and deploy them under a name.
                        </EmptyState>
                    ) : (
                        <Rows portfolios={portfolios} />
                    )
                }
            </Loaded>
        </Panel>
    );
}

function Rows({ portfolios }: { portfolios: readonly Portfolio[] }) {
    return (
        <SimpleTable
            label="Deployed portfolios"
            stacks
            rows={portfolios}
            keyOf={(one) => one.name}
            columns={[
                {
                    name: "Portfolio",
                    show: (one) => (
                        <Link
                            component={RouterLink}
                            to={`/portfolios/${encodeURIComponent(one.name)}`}
                            sx={{ fontWeight: 600, overflowWrap: "anywhere" }}
                        >
                            {one.name}
                        </Link>
                    ),
                },
                { name: "Bots that run", right: true, show: (one) => running(one) },
                { name: "Capital", right: true, show: (one) => money(one.capital) },
                { name: "Worth", right: true, show: (one) => money(one.equity) },
                { name: "Return", right: true, show: (one) => percent(one.total_return, 2) },
            ]}
        />
    );
}

function running({ bots }: Portfolio): string {
    return `${whole(bots.filter((bot) => bot.state === "running").length)} of ${whole(bots.length)}`;
}
