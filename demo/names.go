package main

import "regexp"

// The places that the entries name, beside the home account and region.
const (
	otherRegion  = "eu-west-1"
	otherAccount = "777788889999"
)

// upstream is the name of an image in the registry that things are mirrored from.
func (d *demo) upstream(image string) string { return d.server.Addr() + "/library/" + image }

// partner is the name of an image in a registry that is not Amazon ECR.
func (d *demo) partner(image string) string { return d.server.Addr() + "/partner/" + image }

// home is the name of an image in ECR, in the home account and region.
func (d *demo) home(image string) string {
	return ecrName(d.server.Account(), d.server.Region(), image)
}

// abroad is the name of an image in ECR, in the home account and another region.
func (d *demo) abroad(image string) string { return ecrName(d.server.Account(), otherRegion, image) }

// foreign is the name of an image in ECR, in another account and the home region.
func (d *demo) foreign(image string) string {
	return ecrName(otherAccount, d.server.Region(), "shared/"+image)
}

func ecrName(account, region, image string) string {
	return account + ".dkr.ecr." + region + ".amazonaws.com/" + image
}

var ecrImage = regexp.MustCompile(`^([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([^:@]+)(.*)$`)

// A repository is one of ECR's.
type repository struct{ account, region, name string }

// repositoryOf returns the repository of an image in ECR; false if it is elsewhere.
func repositoryOf(image string) (repository, bool) {
	m := ecrImage.FindStringSubmatch(image)
	if m == nil {
		return repository{}, false
	}
	return repository{account: m[1], region: m[2], name: m[3]}, true
}

// address is where localstack has an image by the registry protocol: ECR's under
// account and region, others under their own name.
func (d *demo) address(image string) string {
	return ecrImage.ReplaceAllString(image, d.server.Addr()+"/$1/$2/$3$4")
}
