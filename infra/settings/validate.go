package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ecrmirror/internal/selection"
)

// Validate returns an error that names each setting that is wrong, and what it must be.
func (p Props) Validate() error {
	c := &check{}
	c.that(namePattern.MatchString(p.Name), "name", p.Name,
		"must be letters, digits and hyphens, 40 at most, a letter first")
	c.that(p.Region == "" || regionPattern.MatchString(p.Region), "region", p.Region,
		"must be the name of an AWS region")
	c.oneOf("architecture", string(p.Architecture), string(ARM64), string(AMD64))
	p.validateTable(c)
	p.validateLedger(c)
	p.validateNetwork(c)
	p.validateCompute(c)
	p.validateTriggers(c)
	p.validateRegistries(c)
	p.validateWatch(c)
	return errors.Join(c.errs...)
}

// CheckRegion returns an error if what the settings name can't be used in the region that the stack is deployed to;
// "" is not known.
func (p Props) CheckRegion(region string) error {
	if p.Region == "" {
		p.Region = region
	}
	return p.Validate()
}

func (p Props) validateTable(c *check) {
	t := p.Table
	c.that(t.Existing == "" || tablePattern.MatchString(t.Existing), "existingTable", t.Existing,
		"must be the name of a table in the stack's account and region")
	c.that(t.Existing == "" || t.Encryption != EncryptionManaged, "tableEncryption", t.Encryption,
		"does not go with existingTable, which has a key already: leave it out, or give the ARN of that key if it is "+
			"yours")
	c.that(t.Encryption == EncryptionOwned || t.Encryption == EncryptionManaged || keyPattern.MatchString(t.Encryption),
		"tableEncryption", t.Encryption, "must be aws-owned, aws-managed or the ARN of a KMS key")
	if fields := strings.Split(p.TableKey(), ":"); p.Region != "" && len(fields) > 3 {
		c.that(fields[3] == p.Region, "tableEncryption", t.Encryption, "must be a key of the table's region, "+p.Region)
	}
}

func (p Props) validateLedger(c *check) {
	l := p.Ledger
	c.oneOf("ledger", string(l.Kept), string(On), string(Off))
	c.that(l.Existing == "" || p.HasLedger(), "existingLedger", l.Existing,
		"does not go with ledger=off, which uses none: leave it out, and the table stays where it is")
	c.that(l.Existing == "" || tablePattern.MatchString(l.Existing), "existingLedger", l.Existing,
		"must be the name of a table in the stack's account and region")
	c.that(l.Existing == "" || l.Existing != p.Table.Existing, "existingLedger", l.Existing,
		"must be another table than existingTable: their keys differ")
	c.that(l.Existing == "" || p.Table.Encryption != EncryptionManaged, "tableEncryption", p.Table.Encryption,
		"does not go with existingLedger, which has a key already: leave it out, or give the ARN of that key if it is "+
			"yours")
}

func (p Props) validateNetwork(c *check) {
	n := p.Network
	c.oneOf("network", string(n.Kind), string(NetworkPublic), string(NetworkPrivate), string(NetworkExisting))
	existing := n.Kind == NetworkExisting
	c.that(existing == (n.VPC != ""), "vpcId", n.VPC, "must be set with network=existing, and only then")
	c.that(existing == (len(n.Subnets) > 0), "subnetIds", strings.Join(n.Subnets, ","),
		"must be set with network=existing, and only then")
	c.that(n.VPC == "" || vpcPattern.MatchString(n.VPC), "vpcId", n.VPC, "must be like vpc-0123456789abcdef0")
	for _, s := range n.Subnets {
		c.that(subnetPattern.MatchString(s), "subnetIds", s, "must be like subnet-0123456789abcdef0")
	}
	c.that(n.NATGateways >= 0 && n.NATGateways <= n.ZoneCount(), "natGateways", n.NATGateways,
		fmt.Sprintf("must be 0 to %d, one a zone", n.ZoneCount()))
	c.that(!existing || len(n.Zones) == 0, "availabilityZones", strings.Join(n.Zones, ","),
		"does not go with network=existing, whose subnets have theirs")
	c.once("subnetIds", n.Subnets)
	c.once("availabilityZones", n.Zones)
	for _, z := range n.Zones {
		c.that(zonePattern.MatchString(z), "availabilityZones", z, "must be like us-east-1a")
		c.that(p.Region == "" || strings.HasPrefix(z, p.Region), "availabilityZones", z,
			"must be of the region "+p.Region)
	}
	c.that(!n.PublicIP || existing, "publicIp", n.PublicIP, "goes with network=existing only: the other networks know")
	c.that(len(n.EgressPorts) > 0, "egressPorts", "", "must name a port at least: 443")
	for _, port := range n.EgressPorts {
		c.that(port > 0 && port < 1<<16, "egressPorts", port, "must be 1 to 65535")
	}
}

func (p Props) validateTriggers(c *check) {
	if err := p.Schedule.Check(); err != nil {
		c.that(false, "schedule", string(p.Schedule), err.Error())
	}
	c.oneOf("push", string(p.Push.Target), string(PushLambda), string(PushBatch), string(PushOff))
	for _, r := range p.Push.Repositories {
		c.that(namesPattern.MatchString(r), "pushRepositories", r,
			"must be the name of a repository, or its beginning and a *")
	}
	if n := len(patternOf(p.Push)); n > longestPattern {
		c.that(false, "pushRepositories", fmt.Sprintf("%d names", len(p.Push.Repositories)), fmt.Sprintf(
			"must be shorter: it makes an event pattern of %d characters, and EventBridge takes %d; use beginnings "+
				"and *", n, longestPattern))
	}
	c.that(p.Selection.MostTags >= 1 && p.Selection.MostTags <= selection.HighestTags, "mostTags",
		p.Selection.MostTags, fmt.Sprintf("must be 1 to %d", selection.HighestTags))
	c.that(p.Selection.MostRepositories >= 1 && p.Selection.MostRepositories <= selection.HighestRepositories,
		"mostRepositories", p.Selection.MostRepositories, fmt.Sprintf("must be 1 to %d", selection.HighestRepositories))
	c.that(p.Push.Concurrency >= 0 && (p.Push.Concurrency == 0 || p.Push.Target == PushLambda),
		"functionConcurrency", p.Push.Concurrency, "must be 0 at least, and goes with push=lambda only")
	c.that(p.Image.Name != "" || p.Image.Directory != "", "image", "",
		"must be set: there is no directory to build it from")
	if image, ok := ParseECRImage(p.Image.Name); p.Image.Name != "" && p.Push.Target == PushLambda {
		c.that(!ok || p.Region == "" || image.Region == p.Region, "image", p.Image.Name,
			"is in "+image.Region+": Lambda runs images of its own region only, "+p.Region+
				"; copy it there, or set push to batch")
		c.that(ok, "image", p.Image.Name, "must be ACCOUNT.dkr.ecr.REGION.SUFFIX/NAME:TAG, because Lambda runs "+
			"images from private ECR only; or set push to batch")
	}
}

func (p Props) validateWatch(c *check) {
	w := p.Watch
	c.that(slices.Contains(logDays, w.LogDays), "logDays", w.LogDays, fmt.Sprintf("must be one of %v", logDays))
	c.that(w.Email == "" || emailPattern.MatchString(w.Email), "alarmEmail", w.Email, "must be an e-mail address")
	c.that(w.Objective >= time.Minute, "lagObjective", w.Objective, "must be 1m at least")
	c.that(w.SweepWithin >= 0, "sweepWithin", w.SweepWithin, "must be a duration, or 0 to take it from the schedule")
	c.that(w.SweepWithin <= LongestWatch, "sweepWithin", w.SweepWithin,
		"must be 168h at most: CloudWatch looks back no further")
	pause := p.Schedule.Every()
	c.that(w.SweepWithin <= 0 || w.SweepWithin > pause, "sweepWithin", w.SweepWithin, fmt.Sprintf(
		"must be longer than the %s that pass between two sweeps of %s, or the alarm is never off",
		ShortDuration(pause), p.Schedule))
}
