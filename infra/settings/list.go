package settings

import (
	"time"

	"ecrmirror/infra/schedule"
)

func placeSettings() []Setting {
	return []Setting{
		stringly("name", "name of the stack, and beginning of the names of job definitions and log groups",
			func(p *Props) *string { return &p.Name }),
		stringly("region", "region of the stack; empty: the region of the credentials",
			func(p *Props) *string { return &p.Region }),
		stringly("image", "name of the container image; empty: built from the Dockerfile",
			func(p *Props) *string { return &p.Image.Name }),
		stringly("architecture", "`arm64` or `amd64`", func(p *Props) *Architecture { return &p.Architecture }),
		stringly("existingTable", "name of an existing table to use; empty: a new table",
			func(p *Props) *string { return &p.Table.Existing }),
		stringly("ledger", "`on` or `off`: whether what is known of each image is kept, in a table of its own",
			func(p *Props) *Switch { return &p.Ledger.Kept }),
		stringly("existingLedger", "name of an existing table to use for the ledger; empty: a new table",
			func(p *Props) *string { return &p.Ledger.Existing }),
		stringly("tableEncryption", "of both tables: `aws-owned`, `aws-managed` or a KMS key's ARN; of existing "+
			"tables, the key's ARN",
			func(p *Props) *string { return &p.Table.Encryption }),
		stringly("network", "`public`, `private` or `existing`",
			func(p *Props) *NetworkKind { return &p.Network.Kind }),
		integer("natGateways", "number of NAT gateways of a private network: 0 (no way to the internet), 1 or 2",
			func(p *Props) *int { return &p.Network.NATGateways }),
		stringly("vpcId", "id of the VPC of an existing network", func(p *Props) *string { return &p.Network.VPC }),
		list("subnetIds", "ids of the subnets of an existing network",
			func(p *Props) *[]string { return &p.Network.Subnets }),
		list("availabilityZones", "zones of a new network; empty: the region's first two. Name them where Fargate "+
			"or Lambda is not in one of those",
			func(p *Props) *[]string { return &p.Network.Zones }),
		boolean("publicIp", "whether jobs need public addresses in the existing subnets",
			func(p *Props) *bool { return &p.Network.PublicIP }),
		ports("egressPorts", "TCP ports that jobs may connect to",
			func(p *Props) *[]int { return &p.Network.EgressPorts }),
	}
}

func jobSettings() []Setting {
	settings := []Setting{
		compute(),
		boolean("spot", "whether mirror jobs try Spot capacity first", func(p *Props) *bool { return &p.Compute.Spot }),
		integer("maxVcpus", "vCPUs of all mirror jobs at a time, on Spot and again on demand",
			func(p *Props) *int { return &p.Compute.MaxVCPUs }),
		integer("controllerMaxVcpus", "vCPUs of all jobs of the controller at a time",
			func(p *Props) *int { return &p.Compute.ControllerMaxVCPUs }),
		list("instanceTypes", "instance types for `compute=ec2`; empty: some of the architecture",
			func(p *Props) *[]string { return &p.Compute.InstanceTypes }),
	}
	for _, job := range []struct {
		name, what string
		field      func(*Props) *JobProps
	}{
		{"mirror", "a mirror job", func(p *Props) *JobProps { return &p.Mirror }},
		{"sweep", "a sweep", func(p *Props) *JobProps { return &p.Sweep }},
		{"event", "a push's job (with `push=batch`)", func(p *Props) *JobProps { return &p.Event }},
	} {
		settings = append(settings,
			number(job.name+"Vcpus", "vCPUs of "+job.what, func(p *Props) *float64 { return &job.field(p).VCPUs }),
			integer(job.name+"Memory", "memory of "+job.what+", in MiB",
				func(p *Props) *int { return &job.field(p).Memory }),
			duration(job.name+"Timeout", "time-out of an attempt of "+job.what+"; an attempt that takes longer is "+
				"not retried",
				func(p *Props) *time.Duration { return &job.field(p).Timeout }),
			integer(job.name+"Attempts", "attempts of "+job.what+", where another one may succeed",
				func(p *Props) *int { return &job.field(p).Attempts }),
		)
	}
	return settings
}

func triggerSettings() []Setting {
	return []Setting{
		stringly("schedule", "`off`, `rate(...)` or `cron(...)`: when the table is swept",
			func(p *Props) *schedule.Expression { return &p.Schedule }),
		stringly("push", "what a push to ECR starts: `lambda`, `batch` or `off`",
			func(p *Props) *PushTarget { return &p.Push.Target }),
		list("pushRepositories", "ECR repositories whose pushes are events: names, or beginnings and `*`; empty: all",
			func(p *Props) *[]string { return &p.Push.Repositories }),
		integer("mostTags", "tags that a [selection](selection.md) may choose of a repository; one that chooses more fails",
			func(p *Props) *int { return &p.Selection.MostTags }),
		integer("mostRepositories", "repositories that it may choose of a namespace",
			func(p *Props) *int { return &p.Selection.MostRepositories }),
		integer("functionConcurrency", "concurrency reserved for the function; 0: none",
			func(p *Props) *int { return &p.Push.Concurrency }),
	}
}

func registrySettings() []Setting {
	return []Setting{
		list("repositories", "ECR repositories that may be written: names, beginnings and `*` (of this account, in "+
			"all regions), or ARNs",
			func(p *Props) *[]string { return &p.Registries.Repositories }),
		list("sourceRepositories", "ECR repositories that may be read, beside those",
			func(p *Props) *[]string { return &p.Registries.SourceRepositories }),
		stringly("ecrPublic", "`anonymous`, `read` (with a token, at a higher rate) or `write`",
			func(p *Props) *PublicAccess { return &p.Registries.Public }),
		stringly("createRepositories", "JSON template of the repositories that mirror jobs create where they are "+
			"missing; empty: they create none",
			func(p *Props) *string { return &p.Registries.Template }),
		list("signingProfiles", "ARNs of the AWS Signer profiles by which ECR signs what is pushed (managed signing)",
			func(p *Props) *[]string { return &p.Registries.SigningProfiles }),
		stringly("authParameter", "SSM parameter with logins to registries",
			func(p *Props) *string { return &p.Registries.AuthParameter }),
		list("authSecrets", "secrets with logins to registries: names or ARNs, after `HOST=` where the secret does "+
			"not name its registry",
			func(p *Props) *[]string { return &p.Registries.AuthSecrets }),
		list("kmsKeys", "ARNs of your own KMS keys that encrypt these logins",
			func(p *Props) *[]string { return &p.Registries.Keys }),
		list("assumeRoles", "`ACCOUNT=ARN[#EXTERNAL-ID]`: roles for the ECR of other accounts",
			func(p *Props) *[]string { return &p.Registries.Roles }),
		list("allowedSources", "patterns of images that may be read ([below](#what-may-be-mirrored)); empty: all",
			func(p *Props) *[]string { return &p.Registries.AllowedSources }),
		list("allowedDestinations", "patterns of images that may be written; `own` stands for private ECR of this "+
			"account, of those of `assumeRoles` and of `repositories`, and with `ecrPublic=write` for ECR Public; "+
			"`*` stands for all",
			func(p *Props) *[]string { return &p.Registries.AllowedDestinations }),
		stringly("signaturePolicy", "signature policy, as containers-policy.json has it; empty: no signatures are "+
			"required",
			func(p *Props) *string { return &p.Registries.SignaturePolicy }),
		stringly("verify", "who must have signed an image whose entry does not say it, in JSON, such as "+
			"`[{\"github\":[\"org/app\"]}]`; empty: nobody must",
			func(p *Props) *string { return &p.Registries.Verify }),
		list("verifyKeys", "ARNs of the KMS keys that [`verify`](verify.md#keys-in-kms) of entries may name; those that the "+
			"setting `verify` names are among them",
			func(p *Props) *[]string { return &p.Registries.VerifyKeys }),
		list("artifacts", "what comes with an image of what belongs to it, such as signatures, where nothing else says so "+
			"for it: `all`, `none`, `signatures`, or types of artifacts",
			func(p *Props) *[]string { return &p.Registries.Artifacts }),
		stringly("receiptKey", "ARN of the KMS key that signs [receipts](receipts.md); empty: none are put",
			func(p *Props) *string { return &p.Registries.ReceiptKey }),
		integer("putImageRate", "calls of ECR's PutImage a second that a mirror job makes, for an account and region: "+
			"ECR's quota, where yours was raised",
			func(p *Props) *int { return &p.Registries.PutImageRate }),
		list("insecureRegistries", "`HOST[:PORT]` that may be reached without verified TLS",
			func(p *Props) *[]string { return &p.Registries.Insecure }),
	}
}

func watchSettings() []Setting {
	return []Setting{
		integer("logDays", "days for which logs are kept", func(p *Props) *int { return &p.Watch.LogDays }),
		stringly("alarmEmail", "mail address for alarms", func(p *Props) *string { return &p.Watch.Email }),
		duration("lagObjective", "time that a destination may be behind before there is an alarm",
			func(p *Props) *time.Duration { return &p.Watch.Objective }),
		duration("sweepWithin", "time without the end of a sweep before there is an alarm, 168h at most; 0: twice "+
			"the longest time between two sweeps and an hour",
			func(p *Props) *time.Duration { return &p.Watch.SweepWithin }),
	}
}
