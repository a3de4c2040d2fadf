import { PageHeader } from "@/components/PageHeader";

export default function Bot() {
    return <PageHeader title="Bot" />;
}
