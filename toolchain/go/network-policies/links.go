package main

import (
	"context"
	"errors"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	"k8s.io/apimachinery/pkg/util/wait"
)

const lookAgain = 100 * time.Millisecond

// quietLinks keeps IPv6 off the pods' bridge and the machine's ends of their links until the context ends. The kernel
// gives each of them an address a second after it came up, and browsers on this machine drop all connections when its
// addresses change.
func quietLinks(ctx context.Context, bridge string) {
	wait.UntilWithContext(ctx, func(ctx context.Context) { followLinks(ctx, bridge) }, lookAgain)
}

// followLinks begins with the links that are there, and ends when the kernel had more to tell than it could keep.
func followLinks(ctx context.Context, bridge string) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	tell := func(err error) {
		if ctx.Err() == nil {
			log.Printf("links of pods: %v", err)
		}
	}
	updates := make(chan netlink.LinkUpdate)
	opts := netlink.LinkSubscribeOptions{ListExisting: true, ErrorCallback: tell}
	if err := netlink.LinkSubscribeWithOptions(updates, ctx.Done(), opts); err != nil {
		tell(err)
		return
	}
	for update := range updates {
		link := update.Attrs()
		if update.Header.Type != syscall.RTM_NEWLINK || !isOf(bridge, link) {
			continue
		}
		if err := withoutIPv6(link.Name); err != nil {
			log.Printf("link %s may get an IPv6 address: %v", link.Name, err)
		}
	}
}

func isOf(bridge string, link *netlink.LinkAttrs) bool {
	if link.Name == bridge {
		return true
	}
	if link.MasterIndex == 0 {
		return false
	}
	master, err := netlink.LinkByIndex(link.MasterIndex)
	return err == nil && master.Attrs().Name == bridge
}

func withoutIPv6(link string) error {
	err := os.WriteFile(filepath.Join("/proc/sys/net/ipv6/conf", link, "disable_ipv6"), []byte("1"), 0)
	// A link that went meanwhile, or a kernel without IPv6.
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
