/** Modules of Ansible's world: their tasks load, with a warning, whether or not kmend has them. */

/** Ansible's own, by their short names. */
const builtin = new Set(
  `add_host apt apt_key apt_repository assemble assert async_status blockinfile command copy cron deb822_repository debconf
  debug dnf dnf5 dpkg_selections expect fail fetch file find gather_facts get_url getent git group group_by hostname
  iptables known_hosts lineinfile meta mount_facts package package_facts pause ping pip raw reboot replace rpm_key script
  service service_facts set_fact set_stats setup shell slurp stat subversion systemd systemd_service sysvinit tempfile
  template unarchive uri user validate_argument_spec wait_for wait_for_connection yum yum_repository include_vars`.split(
    /\s+/,
  ),
);

/** Modules that moved to collections and are still called by their short names in older roles. */
const moved = new Set(
  `acl alternatives apache2_module apk archive at authorized_key aws_s3 bower capabilities cloud_init_data_facts composer
  consul consul_kv cpanm datadog_event dconf docker_compose docker_config docker_container docker_image docker_login
  docker_network docker_prune docker_secret docker_service docker_stack docker_swarm docker_volume easy_install ec2 ec2_group
  ec2_instance elasticsearch_plugin etcd3 facter filesystem firewalld flatpak gem github_release gluster_volume grafana_datasource
  haproxy helm homebrew homebrew_cask htpasswd influxdb_database ini_file interfaces_file ipa_user ipmi_power irc iso_extract
  jenkins_job jenkins_plugin jira k8s k8s_info kernel_blacklist keycloak_client known_hosts kubectl ldap_attr ldap_entry
  locale_gen logrotate lvg lvol lxc_container lxd_container mail make mattermost maven_artifact memset_dns modprobe mongodb_user
  mount mysql_db mysql_query mysql_user nagios netplan nmcli npm ohai open_iscsi opkg openssh_keypair openssl_certificate
  openssl_csr openssl_dhparam openssl_pkcs12 openssl_privatekey osx_defaults pacman pam_limits pamd parted patch pear
  pkgng podman_container podman_image postgresql_db postgresql_ext postgresql_privs postgresql_query postgresql_user proxmox
  proxysql_query rabbitmq_plugin rabbitmq_user redhat_subscription redis rhn_register rhsm_release rhsm_repository rundeck_job
  s3_bucket seboolean sefcontext selinux selinux_permissive selogin sensu_check seport sensu_client slack snap snmp_facts
  ssh_config sudoers supervisorctl svc svr4pkg synchronize sysctl syspatch telegram timezone twilio ufw urpmi vmware_guest
  x509_certificate xattr xfs_quota xml yarn zabbix_host zfs znode zpool zypper zypper_repository win_chocolatey win_command
  win_copy win_feature win_file win_package win_ping win_reboot win_regedit win_service win_shell win_stat win_template win_user`.split(
    /\s+/,
  ),
);

/** Namespaces that publish collections; any `namespace.collection.module` below them may exist. */
const namespaces = new Set(
  `amazon ansible arista awx azure check_point chocolatey cisco cloudscale_ch community containers cyberark dellemc devsec
  dynatrace f5networks fedora fortinet frr geerlingguy google grafana hashicorp hetzner hpe ibm infinidat infoblox inspur
  juniper junipernetworks kubernetes kubevirt lowlydba mellanox microsoft middleware_automation netapp netapp_eseries netbox
  newrelic ngine_io nutanix nvidia openstack openvswitch oracle ovirt phoenixnap prometheus purestorage redhat redhat_cop
  rockylinux sensu servicenow sivel splunk stackhpc t_systems_mms telekom_mms theforeman vmware vultr vyos wti zabbix`.split(
    /\s+/,
  ),
);

/** True for a module that Ansible or one of its well-known collections has. */
export function existsElsewhere(name: string): boolean {
  const parts = name.split(".");
  if (parts.length === 1) return builtin.has(name) || moved.has(name);
  if (name.startsWith("ansible.builtin.") || name.startsWith("ansible.legacy."))
    return builtin.has(parts[2] ?? "");
  return (
    parts.length >= 3 && parts.every((part) => /^[a-z_]\w*$/.test(part)) && namespaces.has(parts[0] ?? "")
  );
}

/** Their names where they have one word: Ansible's own, and those that moved. */
export const shortNamesElsewhere = { builtin: [...builtin], moved: [...moved] } as const;
