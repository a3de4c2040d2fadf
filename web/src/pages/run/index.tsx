import { PageHeader } from "@/components/PageHeader";

export default function Run() {
    return <PageHeader title="Run" />;
}
