package checks

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
)

// A quota is one of Service Quotas, by its codes there.
type quota struct{ what, service, code string }

// The codes are those of the Service Quotas console (AWS General Reference, "Service endpoints
// and quotas").
var (
	fargateOnDemand = quota{"Fargate on demand", "fargate", "L-3032A538"}
	fargateSpot     = quota{"Fargate Spot", "fargate", "L-36FBB829"}
	ec2OnDemand     = quota{"EC2 on demand", "ec2", "L-1216C47A"}
	ec2Spot         = quota{"EC2 Spot", "ec2", "L-34B43A08"}
	concurrency     = quota{"Lambda concurrency", "lambda", "L-B99A9384"}
)

// unreserved is what Lambda keeps of the concurrency for functions that reserve none.
const unreserved = 100

// fargateQuotas holds the vCPUs that the settings ask for against what the account may have.
func fargateQuotas(ctx context.Context, w World) []Finding {
	return vcpuQuotas(ctx, w, fargate(w.Stack), fargateOnDemand, fargateSpot, "maxVcpus and controllerMaxVcpus")
}

// ec2Quotas does the same for instances.
func ec2Quotas(ctx context.Context, w World) []Finding {
	return vcpuQuotas(ctx, w, instances(w.Stack), ec2OnDemand, ec2Spot, "maxVcpus")
}

func vcpuQuotas(ctx context.Context, w World, need vcpus, onDemand, spot quota, settings string) []Finding {
	var findings []Finding
	for _, q := range []struct {
		quota
		need     float64
		settings string
	}{{onDemand, need.onDemand, settings}, {spot, need.spot, "maxVcpus"}} {
		if q.need == 0 {
			continue
		}
		what := "quota " + q.what
		limit, err := q.ask(ctx, w.AWS.Quotas)
		switch {
		case err != nil:
			findings = append(findings, asked(what, "servicequotas:GetServiceQuota", err))
		case limit < q.need:
			findings = append(findings, fix(what, "%v vCPUs, and the settings ask for %v at once: lower %s, or %s",
				limit, q.need, q.settings, q.raise(q.need)))
		default:
			findings = append(findings, okay(what, "%v vCPUs; the settings ask for %v at once", limit, q.need))
		}
	}
	return findings
}

// functionQuota holds the function's concurrency against the account's.
func functionQuota(ctx context.Context, w World) []Finding {
	found, reserved := function(w.Stack)
	if !found {
		return nil
	}
	what := "quota " + concurrency.what
	limit, err := concurrency.ask(ctx, w.AWS.Quotas)
	switch {
	case err != nil:
		return []Finding{asked(what, "servicequotas:GetServiceQuota", err)}
	case reserved > 0 && limit-reserved < unreserved:
		return []Finding{fix(what, "%v, of which Lambda keeps %d unreserved, and functionConcurrency asks for %v: "+
			"set it to 0, or %s", limit, unreserved, reserved, concurrency.raise(reserved+unreserved))}
	case reserved > 0:
		return []Finding{okay(what, "%v; %v are reserved", limit, reserved)}
	}
	return []Finding{okay(what, "%v, shared with the account's other functions", limit)}
}

// ask returns the account's value, or AWS's default where the account has none of its own.
func (q quota) ask(ctx context.Context, quotas Quotas) (float64, error) {
	reply, err := quotas.GetServiceQuota(
		ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: &q.service, QuotaCode: &q.code},
	)
	if err == nil {
		return aws.ToFloat64(reply.Quota.Value), nil
	}
	if codeOf(err) != "NoSuchResourceException" {
		return 0, err
	}
	standard, err := quotas.GetAWSDefaultServiceQuota(
		ctx, &servicequotas.GetAWSDefaultServiceQuotaInput{ServiceCode: &q.service, QuotaCode: &q.code},
	)
	if err != nil {
		return 0, err
	}
	return aws.ToFloat64(standard.Quota.Value), nil
}

// raise returns the command that asks for more.
func (q quota) raise(to float64) string {
	return "aws service-quotas request-service-quota-increase --service-code " + q.service + " --quota-code " + q.code +
		" --desired-value " + number(to)
}
