package mirrorstack

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	namePattern   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,39}$`)
	regionPattern = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]$`)
	// Ids of EC2 have 17 hexadecimal digits, those from before 2018 have 8: Amazon EC2 User Guide, "Resource IDs".
	vpcPattern    = regexp.MustCompile(`^vpc-([0-9a-f]{8}|[0-9a-f]{17})$`)
	subnetPattern = regexp.MustCompile(`^subnet-([0-9a-f]{8}|[0-9a-f]{17})$`)
	zonePattern   = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9](-[a-z]+-[0-9]+)?[a-z]$`)
	keyPattern    = regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-zA-Z-]+$`)
	tablePattern  = regexp.MustCompile(`^[A-Za-z0-9_.-]{3,255}$`)
	emailPattern  = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)
	typePattern   = regexp.MustCompile(`^[a-z0-9-]+\.[a-z0-9-]+$`)

	// logDays are what CloudWatch Logs takes.
	logDays = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)

// Validate returns an error that names each setting that is wrong, and what it must be.
func (p Props) Validate() error {
	c := &check{}
	c.that(namePattern.MatchString(p.Name), "name", p.Name, "must be letters, digits and hyphens, 40 at most, a letter first")
	c.that(p.Region == "" || regionPattern.MatchString(p.Region), "region", p.Region, "must be the name of an AWS region")
	c.oneOf("architecture", string(p.Architecture), string(ARM64), string(AMD64))
	p.validateTable(c)
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
	c.that(t.Existing == "" || tablePattern.MatchString(t.Existing), "existingTable", t.Existing, "must be the name of a table in the stack's account and region")
	c.that(t.Existing == "" || t.Encryption != EncryptionManaged, "tableEncryption", t.Encryption,
		"does not go with existingTable, which has a key already: leave it out, or give the ARN of that key if it is yours")
	c.that(t.Encryption == EncryptionOwned || t.Encryption == EncryptionManaged || keyPattern.MatchString(t.Encryption),
		"tableEncryption", t.Encryption, "must be aws-owned, aws-managed or the ARN of a KMS key")
	if fields := strings.Split(p.tableKey(), ":"); p.Region != "" && len(fields) > 3 {
		c.that(fields[3] == p.Region, "tableEncryption", t.Encryption, "must be a key of the table's region, "+p.Region)
	}
}

func (p Props) validateNetwork(c *check) {
	n := p.Network
	c.oneOf("network", string(n.Kind), string(NetworkPublic), string(NetworkPrivate), string(NetworkExisting))
	existing := n.Kind == NetworkExisting
	c.that(existing == (n.VPC != ""), "vpcId", n.VPC, "must be set with network=existing, and only then")
	c.that(existing == (len(n.Subnets) > 0), "subnetIds", strings.Join(n.Subnets, ","), "must be set with network=existing, and only then")
	c.that(n.VPC == "" || vpcPattern.MatchString(n.VPC), "vpcId", n.VPC, "must be like vpc-0123456789abcdef0")
	for _, s := range n.Subnets {
		c.that(subnetPattern.MatchString(s), "subnetIds", s, "must be like subnet-0123456789abcdef0")
	}
	c.that(n.NATGateways >= 0 && n.NATGateways <= n.zones(), "natGateways", n.NATGateways, fmt.Sprintf("must be 0 to %d, one a zone", n.zones()))
	c.that(!existing || len(n.Zones) == 0, "availabilityZones", strings.Join(n.Zones, ","), "does not go with network=existing, whose subnets have theirs")
	c.once("subnetIds", n.Subnets)
	c.once("availabilityZones", n.Zones)
	for _, z := range n.Zones {
		c.that(zonePattern.MatchString(z), "availabilityZones", z, "must be like us-east-1a")
		c.that(p.Region == "" || strings.HasPrefix(z, p.Region), "availabilityZones", z, "must be of the region "+p.Region)
	}
	c.that(!n.PublicIP || existing, "publicIp", n.PublicIP, "goes with network=existing only: the other networks know")
	c.that(len(n.EgressPorts) > 0, "egressPorts", "", "must name a port at least: 443")
	for _, port := range n.EgressPorts {
		c.that(port > 0 && port < 1<<16, "egressPorts", port, "must be 1 to 65535")
	}
}

func (p Props) validateCompute(c *check) {
	p.Mirror.check(c, "mirror", p.Compute.EC2)
	p.Sweep.check(c, "sweep", false)
	p.Event.check(c, "event", false)
	c.that(float64(p.Compute.MaxVCPUs) >= p.Mirror.VCPUs, "maxVcpus", p.Compute.MaxVCPUs, "must be mirrorVcpus at least, or no job ever starts")
	controllers := max(p.Sweep.VCPUs, p.Event.VCPUs, 1)
	c.that(float64(p.Compute.ControllerMaxVCPUs) >= controllers, "controllerMaxVcpus", p.Compute.ControllerMaxVCPUs,
		fmt.Sprintf("must be %v at least, or a sweep or a push's job never starts", controllers))
	c.that(!p.Compute.EC2 || p.Mirror.VCPUs >= 1 && p.Mirror.VCPUs == math.Trunc(p.Mirror.VCPUs), "mirrorVcpus", p.Mirror.VCPUs, "must be a whole number with compute=ec2")
	c.that(p.Compute.EC2 || len(p.Compute.InstanceTypes) == 0, "instanceTypes", strings.Join(p.Compute.InstanceTypes, ","), "goes with compute=ec2 only")
	for _, t := range p.Compute.InstanceTypes {
		c.that(typePattern.MatchString(t), "instanceTypes", t, "must be like c7g.xlarge")
		c.that(architectureOf(t) == p.Architecture, "instanceTypes", t, fmt.Sprintf("has CPUs of %s, and the setting architecture is %s", architectureOf(t), p.Architecture))
	}
}

func (j JobProps) check(c *check, name string, ec2 bool) {
	if !ec2 {
		sizes := fargateMemory(j.VCPUs)
		c.that(len(sizes) > 0, name+"Vcpus", j.VCPUs, "must be a size of Fargate: 0.25, 0.5, 1, 2, 4, 8 or 16")
		if len(sizes) > 0 {
			c.that(slices.Contains(sizes, j.Memory), name+"Memory", j.Memory,
				fmt.Sprintf("must be one of Fargate's sizes with %v vCPU: %d to %d MiB", j.VCPUs, sizes[0], sizes[len(sizes)-1]))
		}
	}
	c.that(j.Memory >= 512, name+"Memory", j.Memory, "must be 512 MiB at least")
	c.that(j.Timeout >= time.Minute && j.Timeout <= 14*24*time.Hour, name+"Timeout", j.Timeout, "must be 1m to 336h")
	c.that(j.Attempts >= 1 && j.Attempts <= 10, name+"Attempts", j.Attempts, "must be 1 to 10")
}

func (p Props) validateTriggers(c *check) {
	if err := p.Schedule.Check(); err != nil {
		c.that(false, "schedule", string(p.Schedule), err.Error())
	}
	c.oneOf("push", string(p.Push.Target), string(PushLambda), string(PushBatch), string(PushOff))
	for _, r := range p.Push.Repositories {
		c.that(namesPattern.MatchString(r), "pushRepositories", r, "must be the name of a repository, or its beginning and a *")
	}
	if n := len(patternOf(p.Push)); n > longestPattern {
		c.that(false, "pushRepositories", fmt.Sprintf("%d names", len(p.Push.Repositories)), fmt.Sprintf(
			"must be shorter: it makes an event pattern of %d characters, and EventBridge takes %d; use beginnings and *", n, longestPattern))
	}
	c.that(p.Push.Concurrency >= 0 && (p.Push.Concurrency == 0 || p.Push.Target == PushLambda),
		"functionConcurrency", p.Push.Concurrency, "must be 0 at least, and goes with push=lambda only")
	c.that(p.Image.Name != "" || p.Image.Directory != "", "image", "", "must be set: there is no directory to build it from")
	if image, ok := parseECRImage(p.Image.Name); p.Image.Name != "" && p.Push.Target == PushLambda {
		c.that(!ok || p.Region == "" || image.region == p.Region, "image", p.Image.Name,
			"is in "+image.region+": Lambda runs images of its own region only, "+p.Region+"; copy it there, or set push to batch")
		c.that(ok, "image", p.Image.Name, "must be ACCOUNT.dkr.ecr.REGION.SUFFIX/NAME:TAG, because Lambda runs images from private ECR only; or set push to batch")
	}
}

func (p Props) validateWatch(c *check) {
	w := p.Watch
	c.that(slices.Contains(logDays, w.LogDays), "logDays", w.LogDays, fmt.Sprintf("must be one of %v", logDays))
	c.that(w.Email == "" || emailPattern.MatchString(w.Email), "alarmEmail", w.Email, "must be an e-mail address")
	c.that(w.Objective >= time.Minute, "lagObjective", w.Objective, "must be 1m at least")
	c.that(w.SweepWithin >= 0, "sweepWithin", w.SweepWithin, "must be a duration, or 0 to take it from the schedule")
	c.that(w.SweepWithin <= longestWatch, "sweepWithin", w.SweepWithin, "must be 168h at most: CloudWatch looks back no further")
	c.that(w.SweepWithin <= 0 || w.SweepWithin > p.Schedule.Every(), "sweepWithin", w.SweepWithin,
		"must be longer than the "+shortDuration(p.Schedule.Every())+" that pass between two sweeps of "+string(p.Schedule)+", or the alarm is never off")
}

// longestPattern is EventBridge's quota on an event pattern, which can be raised.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
const longestPattern = 2048

// patternOf returns the event pattern of pushes as it is sent.
func patternOf(p PushProps) []byte {
	doc, err := json.Marshal(pushPattern(p))
	if err != nil {
		return nil // cannot be: they are strings
	}
	return doc
}

// once refuses what comes twice in a list.
func (c *check) once(setting string, list []string) {
	for i, v := range list {
		c.that(!slices.Contains(list[:i], v), setting, v, "must not come twice")
	}
}

// check gathers what is wrong.
type check struct{ errs []error }

func (c *check) that(ok bool, setting string, value any, must string) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf("setting %s is %q: %s", setting, fmt.Sprint(value), must))
	}
}

func (c *check) oneOf(setting, value string, allowed ...string) {
	c.that(slices.Contains(allowed, value), setting, value, "must be "+strings.Join(allowed, " or "))
}

// graviton is the part of an instance type's name before the dot where its CPUs are ARM64: there is a g among
// the letters behind the generation, as in c7g, im4gn and x2gd. a1 is older than that rule.
var graviton = regexp.MustCompile(`^(a1|[a-z]+[0-9]+[a-fh-z-]*g[a-z0-9-]*)\.`)

// architectureOf returns that of an instance type's CPUs.
func architectureOf(instanceType string) Architecture {
	if graviton.MatchString(instanceType) {
		return ARM64
	}
	return AMD64
}

// fargateMemory returns the sizes of memory, in MiB, that Fargate offers with so many vCPUs.
func fargateMemory(vcpus float64) []int {
	sizes := func(first, last, step int) (list []int) {
		for m := first; m <= last; m += step {
			list = append(list, m<<10)
		}
		return list
	}
	switch vcpus {
	case 0.25:
		return []int{512, 1024, 2048}
	case 0.5:
		return sizes(1, 4, 1)
	case 1:
		return sizes(2, 8, 1)
	case 2:
		return sizes(4, 16, 1)
	case 4:
		return sizes(8, 30, 1)
	case 8:
		return sizes(16, 60, 4)
	case 16:
		return sizes(32, 120, 8)
	}
	return nil
}
