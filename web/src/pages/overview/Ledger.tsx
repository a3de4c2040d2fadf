import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";

import { HeadCell, NumberCell, WIDE } from "@/components/Cells";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Meter } from "@/components/Meter";
import { Panel } from "@/components/Panel";
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
            about="Everything that was ever tried on the same prices counts together: the more was tried, the better the best of it looks by luck alone. A try on several markets stands in the account of each."
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

function Accounts({ accounts }: { accounts: Account[] }) {
    return (
        <TableContainer tabIndex={0} role="region" aria-label="Accounts of the ledger">
            <Table size="small">
                <TableHead>
                    <TableRow>
                        <TableCell>Prices</TableCell>
                        <HeadCell align="right" hint="Candidates that were simulated on these prices">
                            Tried
                        </HeadCell>
                        <HeadCell align="right" hint="As many tries as these count for, since similar rules earn alike">
                            Independent
                        </HeadCell>
                        <HeadCell
                            align="right"
                            hint="Annual Sharpe ratio that the best of everything tried reaches by luck once in twenty times"
                        >
                            Noise reaches
                        </HeadCell>
                        <HeadCell
                            align="right"
                            sx={WIDE}
                            hint="The smallest true Sharpe ratio that these prices can certify, four times in five"
                        >
                            Certifies from
                        </HeadCell>
                        <HeadCell
                            sx={WIDE}
                            hint="Share of the error rate that further judgings of these prices may spend"
                        >
                            Trust left
                        </HeadCell>
                    </TableRow>
                </TableHead>
                <TableBody>
                    {accounts.map((account) => (
                        <TableRow key={account.epoch} hover>
                            <TableCell>
                                {account.markets}
                                <Typography variant="body2" color="textSecondary" sx={{ whiteSpace: "nowrap" }}>
                                    {utcDay(account.start)} to {utcDay(account.end)}
                                </Typography>
                            </TableCell>
                            <NumberCell>{whole(account.n_tested)}</NumberCell>
                            <NumberCell sx={WIDE}>{whole(account.rounds)}</NumberCell>
                            <NumberCell sx={WIDE}>{whole(account.n_effective)}</NumberCell>
                            <NumberCell>{fixed(account.noise_sharpe)}</NumberCell>
                            <NumberCell sx={WIDE}>{fixed(account.smallest_sharpe)}</NumberCell>
                            <TableCell sx={{ ...WIDE, minWidth: 120 }}>
                                <Meter label="" share={trustLeft(account)} text={percent(trustLeft(account), 0)} />
                            </TableCell>
                        </TableRow>
                    ))}
                </TableBody>
            </Table>
        </TableContainer>
    );
}
