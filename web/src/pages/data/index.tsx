import { PageHeader } from "@/components/PageHeader";

export default function Data() {
    return <PageHeader title="Data" />;
}
