import type { Schemas } from "@/api/client";

import { type Blocks, readBlocks, same, writeBlocks } from "./blocks";
import { endsOnResults } from "./ending";
import { isHalved, type Looks } from "./looks";

const GENERATED = "generated";

/** A value of a range as a campaign writes it: one value, [low, high], ["off", low, high], or some choices. */
export type Wanted = unknown;
export type Ranges = Record<string, Record<string, Wanted>>;
export type Settings = Record<string, number | string | null>;

/** A campaign as the server reads and writes it. */
export interface Campaign {
    symbols: string[];
    against: string[];
    timeframe: string;
    venue: string | null;
    start: string | null;
    end: string | null;
    strategies: string[];
    method: string;
    max_iterations: number;
    costs: Settings;
    seed: number;
    ranges: Ranges;
    intrabar: string;
    thresholds: Settings;
    protocol: Settings;
    focus: { regions: Ranges; learned_from: string[] };
    blocks: Record<string, unknown> | null;
    /** What else ends the search of a strategy, in words. */
    until: string | null;
    halving: Looks;
    sampling: string;
    /** What tells regimes. */
    regimes: string;
    /** Bars that say what was touched first, where those of the search leave it open. */
    timeframe_detail: string | null;
}

/** What is asked for: a campaign, and how it is started. */
export interface Plan {
    campaign: Campaign;
    adaptive: boolean;
    priority: number;
}

/** The server's JSON as a campaign; it comes from a campaign there. */
export function asCampaign(told: Record<string, unknown>): Campaign {
    return told as unknown as Campaign;
}

/** What a fresh form holds. */
export function freshPlan(options: Schemas["CampaignOptions"]): Plan {
    return { campaign: { ...asCampaign(options.defaults), strategies: [] }, adaptive: false, priority: 0 };
}

/** What the form of a run that goes out from another holds: everything that was asked for then. */
export function earlierPlan(told: Record<string, unknown>, priority: number | null, fresh: Plan): Plan {
    const campaign = asCampaign({ ...fresh.campaign, ...told });
    const parts = Object.fromEntries(PARTS.map((part) => [part, { ...fresh.campaign[part], ...campaign[part] }]));
    return { ...fresh, priority: priority ?? fresh.priority, campaign: { ...campaign, ...parts } };
}

const LISTS = ["symbols", "against", "strategies"] as const;
const PLAIN = [
    "timeframe",
    "venue",
    "start",
    "end",
    "method",
    "max_iterations",
    "seed",
    "intrabar",
    "until",
    "sampling",
    "regimes",
    "timeframe_detail",
] as const;
const PARTS = ["costs", "thresholds", "protocol"] as const;
const NOTHING = "none";

type Told = string | number | null;

function read(text: string, usual: Told): Told {
    if (text === NOTHING) return null;
    if (typeof usual === "string") return text;
    return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function write(value: Told): string {
    return value === null ? NOTHING : String(value);
}

/** Address of a plan: what differs from the base, by name; ranges as `range.sma_cross.fast=[10,20]`. */
export function writePlan(plan: Plan, base: Plan, shipped: Blocks): URLSearchParams {
    const out = new URLSearchParams();
    const { campaign } = plan;
    for (const name of LISTS) {
        if (same(campaign[name], base.campaign[name])) continue;
        if (campaign[name].length === 0) out.append(name, "");
        campaign[name].forEach((one) => out.append(name, one));
    }
    for (const name of PLAIN) if (campaign[name] !== base.campaign[name]) out.set(name, write(campaign[name]));
    if (!same(campaign.halving, base.campaign.halving)) out.set("halving", JSON.stringify(campaign.halving));
    for (const part of PARTS)
        for (const [name, value] of Object.entries(campaign[part]))
            if (value !== base.campaign[part][name]) out.set(`${part}.${name}`, write(value));
    writeRanges(out, campaign.ranges, base.campaign.ranges);
    if (!same(campaign.focus, base.campaign.focus)) out.set("focus", NOTHING);
    if (!same(campaign.blocks, base.campaign.blocks))
        out.set(
            "blocks",
            campaign.blocks === null ? NOTHING : writeBlocks({ ...shipped, ...campaign.blocks }, shipped),
        );
    if (plan.adaptive) out.set("adaptive", "true");
    if (plan.priority !== base.priority) out.set("priority", String(plan.priority));
    return out;
}

function writeRanges(out: URLSearchParams, ranges: Ranges, base: Ranges): void {
    for (const [owner, values] of Object.entries(ranges))
        for (const [name, wanted] of Object.entries(values))
            if (!same(wanted, base[owner]?.[name])) out.set(`range.${owner}.${name}`, JSON.stringify(wanted));
    for (const [owner, values] of Object.entries(base))
        for (const name of Object.keys(values))
            if (ranges[owner]?.[name] === undefined) out.set(`range.${owner}.${name}`, NOTHING);
}

/** The plan that an address says, going out from a base; what it says wrongly is left as in the base. */
export function readPlan(params: URLSearchParams, base: Plan, shipped: Blocks): Plan {
    const campaign: Campaign = structuredClone(base.campaign);
    for (const name of LISTS) if (params.has(name)) campaign[name] = params.getAll(name).filter((one) => one !== "");
    for (const name of PLAIN) {
        const text = params.get(name);
        if (text !== null) Object.assign(campaign, { [name]: read(text, base.campaign[name] ?? "") });
    }
    const halving = params.get("halving");
    if (halving !== null) campaign.halving = (parsed(halving) ?? base.campaign.halving) as Looks;
    for (const part of PARTS)
        for (const [name, usual] of Object.entries(base.campaign[part])) {
            const text = params.get(`${part}.${name}`);
            if (text !== null) campaign[part][name] = read(text, name === "vault_start" ? "" : usual);
        }
    readRanges(params, campaign);
    if (params.get("focus") === NOTHING) campaign.focus = { regions: {}, learned_from: [] };
    const blocks = params.get("blocks");
    if (blocks !== null) campaign.blocks = blocks === NOTHING ? null : told(readBlocks(blocks, shipped));
    const priority = Number(params.get("priority") ?? base.priority);
    return {
        campaign,
        adaptive: params.get("adaptive") === "true",
        priority: Number.isInteger(priority) ? priority : 0,
    };
}

function told(blocks: Blocks | null): Record<string, unknown> | null {
    return blocks as Record<string, unknown> | null;
}

function readRanges(params: URLSearchParams, campaign: Campaign): void {
    for (const [key, text] of params) {
        const [kind, owner, ...rest] = key.split(".");
        const name = rest.join(".");
        if (kind !== "range" || owner === undefined || name === "") continue;
        const wanted = text === NOTHING ? undefined : parsed(text);
        campaign.ranges = withRange(campaign.ranges, owner, name, wanted);
    }
}

function parsed(text: string): Wanted {
    try {
        return JSON.parse(text) as Wanted;
    } catch {
        return undefined;
    }
}

/** Ranges with one of them changed; undefined: as wide as the strategy has it. */
export function withRange(ranges: Ranges, owner: string, name: string, wanted: Wanted): Ranges {
    const own = { ...ranges[owner] };
    if (wanted === undefined) Reflect.deleteProperty(own, name);
    else own[name] = wanted;
    const others = Object.fromEntries(Object.entries(ranges).filter(([other]) => other !== owner));
    return Object.keys(own).length > 0 ? { ...others, [owner]: own } : others;
}

/** The campaign with another method; a way to draw stays with the method that draws. */
export function withMethod(method: string): Partial<Campaign> {
    return method === "random" ? { method } : { method, sampling: "uniform" };
}

/** Whether what is looked at depends on results, so that it is judged by searching again. */
export function learnsFrom(campaign: Campaign, methods: readonly Schemas["Method"][]): boolean {
    const itself = methods.some((one) => one.name === campaign.method && one.learns);
    return itself || isHalved(campaign.halving) || endsOnResults(campaign.until);
}

/** What is sent to the server: ranges of strategies that are not chosen are left out, and blocks without generated rules. */
export function sent(plan: Plan): Record<string, unknown> {
    const { campaign } = plan;
    const made = campaign.strategies.includes(GENERATED);
    const ranges = Object.entries(campaign.ranges).filter(
        ([owner]) => owner === "*" || campaign.strategies.includes(owner),
    );
    return { ...campaign, ranges: Object.fromEntries(ranges), blocks: made ? campaign.blocks : null };
}
