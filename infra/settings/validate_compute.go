package settings

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
)

func (p Props) validateCompute(c *check) {
	p.Mirror.check(c, "mirror", p.Compute.EC2)
	p.Sweep.check(c, "sweep", false)
	p.Event.check(c, "event", false)
	c.that(float64(p.Compute.MaxVCPUs) >= p.Mirror.VCPUs, "maxVcpus", p.Compute.MaxVCPUs,
		"must be mirrorVcpus at least, or no job ever starts")
	controllers := max(p.Sweep.VCPUs, p.Event.VCPUs, 1)
	c.that(float64(p.Compute.ControllerMaxVCPUs) >= controllers, "controllerMaxVcpus", p.Compute.ControllerMaxVCPUs,
		fmt.Sprintf("must be %v at least, or a sweep or a push's job never starts", controllers))
	c.that(!p.Compute.EC2 || p.Mirror.VCPUs >= 1 && p.Mirror.VCPUs == math.Trunc(p.Mirror.VCPUs), "mirrorVcpus",
		p.Mirror.VCPUs, "must be a whole number with compute=ec2")
	c.that(p.Compute.EC2 || len(p.Compute.InstanceTypes) == 0, "instanceTypes",
		strings.Join(p.Compute.InstanceTypes, ","), "goes with compute=ec2 only")
	for _, t := range p.Compute.InstanceTypes {
		c.that(typePattern.MatchString(t), "instanceTypes", t, "must be like c7g.xlarge")
		c.that(architectureOf(t) == p.Architecture, "instanceTypes", t,
			fmt.Sprintf("has CPUs of %s, and the setting architecture is %s", architectureOf(t), p.Architecture))
	}
}

func (j JobProps) check(c *check, name string, ec2 bool) {
	if !ec2 {
		sizes := fargateMemory(j.VCPUs)
		c.that(len(sizes) > 0, name+"Vcpus", j.VCPUs, "must be a size of Fargate: 0.25, 0.5, 1, 2, 4, 8 or 16")
		if len(sizes) > 0 {
			c.that(slices.Contains(sizes, j.Memory), name+"Memory", j.Memory,
				fmt.Sprintf("must be one of Fargate's sizes with %v vCPU: %d to %d MiB", j.VCPUs, sizes[0],
					sizes[len(sizes)-1]))
		}
	}
	c.that(j.Memory >= 512, name+"Memory", j.Memory, "must be 512 MiB at least")
	c.that(j.Timeout >= time.Minute && j.Timeout <= 14*24*time.Hour, name+"Timeout", j.Timeout, "must be 1m to 336h")
	c.that(j.Attempts >= 1 && j.Attempts <= 10, name+"Attempts", j.Attempts, "must be 1 to 10")
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
