import { fractions, limitFaults, typed } from "@/pages/bots/limits";

/** What a portfolio may be, as it stands in the address; shares are fractions. */
export const WISHES = { capital: 10_000, method: "hrp", most: 10, max_correlation: 0.7, max_weight: 0.5 };

export type Wishes = typeof WISHES;

/** How alphas are weighed, in the words of a trader. */
export const METHODS: readonly { name: string; label: string; means: string }[] = [
    { name: "hrp", label: "Hierarchical risk parity", means: "groups of look-alikes share risk, then their members" },
    { name: "risk_parity", label: "Risk parity", means: "each alpha carries the same part of the risk" },
    { name: "inverse_volatility", label: "Inverse volatility", means: "the calmer, the more" },
    { name: "min_variance", label: "Least variance", means: "the calmest whole" },
    { name: "min_cvar", label: "Least loss on bad days", means: "the smallest mean loss of the worst 5 % of days" },
    { name: "max_diversification", label: "Most diversified", means: "the most risk that cancels out" },
];

/** What is wrong with each wish; empty where nothing is. */
export function wishFaults(wishes: Wishes): Partial<Record<keyof Wishes, string>> {
    const found: Partial<Record<keyof Wishes, string>> = {};
    if (!(wishes.capital > 0)) found.capital = "an amount above zero";
    if (!(Number.isInteger(wishes.most) && wishes.most >= 1 && wishes.most <= 50)) found.most = "from 1 to 50";
    if (!(Math.abs(wishes.max_correlation) <= 1)) found.max_correlation = "from −1 to 1";
    if (!(wishes.max_weight > 0 && wishes.max_weight <= 1)) found.max_weight = "above 0 %, at most 100 %";
    return found;
}

/** What is asked for when a portfolio is deployed, as text of its fields. */
export interface Deployment {
    name: string;
    replay: boolean;
    start: string;
    rebalance_days: string;
    threshold: string;
    max_drawdown: string;
    max_daily_loss: string;
    at_once: boolean;
}

export const DEPLOYMENT: Deployment = {
    name: "",
    replay: false,
    start: "",
    rebalance_days: "",
    threshold: "5",
    max_drawdown: "",
    max_daily_loss: "",
    at_once: false,
};

const LIMITS = ["max_drawdown", "max_daily_loss"] as const;

/** What is wrong with each field of a deployment; empty where nothing is. */
export function deploymentFaults(asked: Deployment): Partial<Record<keyof Deployment, string>> {
    const found: Partial<Record<keyof Deployment, string>> = {};
    const days = typed(asked.rebalance_days);
    const threshold = typed(asked.threshold);
    if (asked.name.trim() === "") found.name = "give it a name";
    else if (asked.name.includes("/")) found.name = "a name without a /";
    if (asked.replay && Number.isNaN(Date.parse(asked.start))) found.start = "a day, please";
    if (asked.rebalance_days.trim() !== "" && !(days >= 1 && days <= 3650))
        found.rebalance_days = "from 1 to 3,650 days, or nothing";
    if (!(threshold >= 0 && threshold <= 100)) found.threshold = "from 0 to 100 %";
    return { ...found, ...limitFaults(asked, LIMITS) };
}

/** Wishes and deployment as the interface takes them; per cents become fractions. */
export function deploymentQuery(wishes: Wishes, asked: Deployment) {
    return {
        ...wishes,
        name: asked.name.trim(),
        threshold: typed(asked.threshold) / 100,
        ...(asked.rebalance_days.trim() === "" ? {} : { rebalance_days: typed(asked.rebalance_days) }),
        ...(asked.replay ? { start: asked.start } : {}),
        ...fractions(asked, LIMITS),
    };
}
