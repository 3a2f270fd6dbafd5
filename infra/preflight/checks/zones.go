package checks

import (
	"context"
	"slices"
	"strings"

	"ecrmirror/infra/ec2"
)

// withoutFargate are zones, by id, that have no Fargate, or no Lambda in a VPC. Those of a region
// that the guides list with "only" are taken to be the others. Sources: Amazon ECS Developer
// Guide, "Supported Regions for Amazon ECS on AWS Fargate"; AWS Knowledge Center on use1-az3.
var withoutFargate = []string{"use1-az3", "usw1-az2", "apne1-az3", "cac1-az3", "cac1-az4", "cnn1-az3", "cnn1-az4"}

// zones says in which zones the subnets come that the stack makes.
func zones(ctx context.Context, w World) []Finding {
	const what = "zones"
	subnets := w.Stack.OfType("AWS::EC2::Subnet")
	if len(subnets) == 0 {
		return nil // the network is there already
	}
	found, err := w.AWS.Networks.Zones(ctx)
	if err != nil {
		return []Finding{asked(what, "ec2:DescribeAvailabilityZones", err)}
	}
	place := w.Place
	ids := map[string]string{}
	for _, z := range found {
		place.Zones = append(place.Zones, z.Name)
		ids[z.Name] = z.ID
	}
	slices.Sort(place.Zones)
	var names []string
	for _, subnet := range subnets {
		name, err := w.Stack.Text(w.Stack.Resources[subnet].Properties["AvailabilityZone"], place)
		if err != nil {
			return []Finding{fix(what, "the settings want more zones than these credentials see, %s: natGateways "+
				"and availabilityZones say how many", strings.Join(place.Zones, ", "))}
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return []Finding{judgeZones(what, names, ids, found)}
}

func judgeZones(what string, names []string, ids map[string]string, found []ec2.Zone) Finding {
	var lacking, described []string
	for _, name := range names {
		id, ok := ids[name]
		switch {
		case !ok:
			return fix(what, "%s is not a zone of this region: correct availabilityZones", name)
		case slices.Contains(withoutFargate, id):
			lacking = append(lacking, name+" ("+id+")")
		}
		described = append(described, name+" ("+id+")")
	}
	if len(lacking) == 0 {
		return okay(what, "%s", strings.Join(described, ", "))
	}
	var instead []string
	for _, z := range found {
		if !slices.Contains(withoutFargate, z.ID) && len(instead) < len(names) {
			instead = append(instead, z.Name)
		}
	}
	return fix(what, "%s has no Fargate or no Lambda in a VPC: -c availabilityZones=%s", strings.Join(lacking, ", "),
		strings.Join(instead, ","))
}
