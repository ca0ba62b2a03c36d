package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"syscall"

	"github.com/vishvananda/netlink"
)

// quietLinks keeps IPv6 off the pods' bridge and the machine's ends of their links. The kernel gives each of them an
// address a second after it came up, and browsers on this machine drop all connections when its addresses change.
func quietLinks(ctx context.Context, bridge string) error {
	updates := make(chan netlink.LinkUpdate)
	opts := netlink.LinkSubscribeOptions{
		ListExisting:  true,
		ErrorCallback: func(err error) { log.Printf("links of pods: %v", err) },
	}
	if err := netlink.LinkSubscribeWithOptions(updates, ctx.Done(), opts); err != nil {
		return fmt.Errorf("links of pods: %w", err)
	}
	go func() {
		for update := range updates {
			link := update.Attrs()
			if update.Header.Type != syscall.RTM_NEWLINK || !isOf(bridge, link) {
				continue
			}
			if err := withoutIPv6(link.Name); err != nil {
				log.Printf("link %s may get an IPv6 address: %v", link.Name, err)
			}
		}
	}()
	return nil
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
