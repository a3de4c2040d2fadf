import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";

import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Meter } from "@/components/Meter";
import { Panel } from "@/components/Panel";
import { type SimpleColumn, SimpleTable } from "@/components/SimpleTable";
import { fixed, percent, whole } from "@/format/number";
import { utcDay } from "@/format/time";
import { type Account, trustLeft } from "@/pages/overview/ledger";
import { ledgerQuery } from "@/pages/overview/queries";

/** How much was tried on which prices, and what luck alone would have reached. */
export function Ledger() {
    const query = useQuery(ledgerQuery);
    return (
        <Panel
            title="The ledger"
            about="Everything that was ever tried on the same prices is counted, and nothing lowers a count: the more is tried, the better the best of it looks by luck alone. A try on several markets stands in the account of each."
        >
            <Loaded query={query} title="The ledger cannot be shown">
                {(accounts) => (accounts.length === 0 ? <NothingTried /> : <Accounts accounts={accounts} />)}
            </Loaded>
        </Panel>
    );
}

function NothingTried() {
    return (
        <EmptyState title="Nothing was tried yet">
            The first discovery opens an account for its prices. From then on every try is counted here.
        </EmptyState>
    );
}

const COLUMNS: readonly SimpleColumn<Account>[] = [
    {
        name: "Prices",
        show: (account) => (
            <>
                {account.markets}
                <Typography variant="body2" color="textSecondary" sx={{ whiteSpace: "nowrap" }}>
                    {utcDay(account.start)} to {utcDay(account.end)}
                </Typography>
            </>
        ),
    },
    {
        name: "Tried",
        hint: "Candidates that were simulated on these prices",
        right: true,
        show: (account) => whole(account.n_tested),
    },
    {
        name: "Judged",
        hint: "Rounds of judging that these prices were opened for",
        right: true,
        show: (account) => whole(account.rounds),
    },
    {
        name: "Independent",
        hint: "So many independent tries are as hard to beat as the widest search that was judged, since similar rules earn alike; not all searches together",
        right: true,
        show: (account) => whole(account.n_effective),
    },
    {
        name: "Luck reaches",
        hint: "Annual Sharpe ratio of the best of one such search by luck alone, once in twenty times",
        right: true,
        show: (account) => fixed(account.noise_sharpe),
    },
    {
        name: "Certifies from",
        hint: "The smallest true Sharpe ratio that these prices can certify, four times in five",
        right: true,
        show: (account) => fixed(account.smallest_sharpe),
    },
    {
        name: "Trust left",
        hint: "Share of the error rate that further judgings of these prices may spend",
        show: (account) => (
            <Meter
                label=""
                name={`trust left of ${account.markets}`}
                share={trustLeft(account)}
                text={percent(trustLeft(account), 0)}
            />
        ),
    },
];

function Accounts({ accounts }: { accounts: Account[] }) {
    return (
        <SimpleTable
            label="Accounts of the ledger"
            stacks
            rows={accounts}
            keyOf={(account) => account.epoch}
            columns={COLUMNS}
        />
    );
}
