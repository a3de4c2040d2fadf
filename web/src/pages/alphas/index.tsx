import { PageHeader } from "@/components/PageHeader";

export default function Alphas() {
    return <PageHeader title="Alphas" />;
}
