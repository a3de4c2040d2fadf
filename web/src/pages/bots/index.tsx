import { PageHeader } from "@/components/PageHeader";

export default function Bots() {
    return <PageHeader title="Bots" />;
}
