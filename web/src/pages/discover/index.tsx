import { PageHeader } from "@/components/PageHeader";

export default function Discover() {
    return <PageHeader title="New discovery" />;
}
